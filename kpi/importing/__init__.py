"""Plans from the files of other tools: dbt, Ossie, OpenSLO, Cube, sheets; one module for each format."""

from kpi.importing.result import Outcome, Settings
from kpi.importing.run import FORMATS, Imported, ImportView, import_files

__all__ = ["FORMATS", "ImportView", "Imported", "Outcome", "Settings", "import_files"]
