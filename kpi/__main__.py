"""``python -m kpi`` is the same as ``kpi``."""

from kpi.cli.app import main

if __name__ == "__main__":
    main()
