"""What needs a look now, and the record of what was decided. Only the record writes a file."""

from kpi.review.agenda import Agenda, Exceptional, Expiring, agenda
from kpi.review.grid import Grid, grid
from kpi.review.record import new_entry, record

__all__ = ["Agenda", "Exceptional", "Expiring", "Grid", "agenda", "grid", "new_entry", "record"]
