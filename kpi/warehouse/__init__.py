"""Sources that stay where they are: a table in a warehouse or on a cluster, computed there by Ibis. Only the days that
have rows and one row a period and statement come back. The only door to Ibis and the drivers, and entered only when a
source has a ``connection``."""

from kpi.warehouse.connections import Warehouses

__all__ = ["Warehouses"]
