"""A warehouse whose driver is not installed is named, with the package that brings it."""

from __future__ import annotations

import sys

import pytest

from kpi.warehouse.connections import open_session
from kpi.warehouse.errors import WarehouseError

pytestmark = pytest.mark.warehouse

SPARK, POSTGRES = "kpi-as-code[spark]", "kpi-as-code[warehouse]"


@pytest.mark.parametrize(
    ("url", "modules", "package"),
    [
        ("spark://localhost:7077", ["pyspark", "pyspark.sql"], SPARK),
        ("sc://localhost", ["pyspark", "pyspark.sql"], SPARK),
        ("local://2", ["pyspark", "pyspark.sql"], SPARK),
        ("postgresql://localhost/x", ["psycopg"], POSTGRES),
        ("mysql://localhost/x", ["ibis.backends.mysql"], "ibis-framework[mysql]"),
    ],
)
def test_a_driver_that_is_missing_is_named(
    url: str, modules: list[str], package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", url)
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(WarehouseError) as refused:
        open_session("${WAREHOUSE}", "UTC")
    assert refused.value.message.startswith("WAREHOUSE names a warehouse that needs ")
    assert refused.value.message.endswith(", which is not installed")
    assert refused.value.hint == f"pip install '{package}'"
    assert refused.value.lost
