"""How often ``kpi evidence`` supports what is not so, and how often it finds what is.

Pairs of series of ten kinds are simulated that have nothing to do with each other, and pairs in which what is new in
one is what was new in the other three periods before, with a correlation of 0.6. The first must be supported in at
most 5% on average over the lengths, each kind by itself; the second are the power of the test, without and with the
lag declared.

python benchmarks/evidence.py [--pairs 400] [--seed 2026] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[1]))

from kpi.insight.evidence import evidence

Values = list[float]
SIZES = (24, 36, 48, 60)
EFFECT, LAG, WARM_UP = 0.6, 3, 30
FALSE = 0.05  # the most of false support on average over the kinds
# The least power, by length: without and with the lag declared.
POWER = {24: (0.36, 0.63), 36: (0.72, 0.85), 60: (0.95, 0.95)}
OF_POWER = ("white noise", "autocorrelated, 0.5", "random walk", "trend", "season")


def autoregressive(share: float) -> Callable[[Values], Values]:
    return lambda news: list(accumulate(news, lambda level, one: share * level + one))


def moving_average(news: Values) -> Values:
    return [sum(news[max(0, place - 2) : place + 1]) for place in range(len(news))]


def trend(news: Values) -> Values:
    return [0.3 * place + one for place, one in enumerate(news)]


def season(news: Values) -> Values:
    shape = (3, 1, -2, 0, 2, -1, -3, 2, 1, 0, -2, -1)
    return [shape[place % 12] + one for place, one in enumerate(news)]


def with_break(news: Values) -> Values:
    return [one + 5 * (place > len(news) - 14) for place, one in enumerate(news)]


KINDS: dict[str, Callable[[Values], Values]] = {
    "white noise": list,
    "autocorrelated, 0.5": autoregressive(0.5),
    "autocorrelated, 0.9": autoregressive(0.9),
    "random walk": autoregressive(1),
    "random walk with drift": lambda news: list(accumulate(one + 0.5 for one in news)),
    "trend": trend,
    "season": season,
    "season on a random walk": lambda news: season(list(accumulate(news))),
    "break": with_break,
    "sums of three periods": moving_average,
}
HEAVY = "heavy tails"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=400, help="how many pairs to simulate for each kind and length")
    parser.add_argument("--seed", type=int, default=2026, help="the seed of the simulation")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    asked = parser.parse_args()
    seeded = random.Random(asked.seed)
    false = {kind: [share(seeded, kind, n, 0.0, False, asked.pairs) for n in SIZES] for kind in (*KINDS, HEAVY)}
    power = {
        f"{kind}{', lag declared' if declared else ''}": [
            share(seeded, kind, n, EFFECT, declared, asked.pairs) for n in SIZES
        ]
        for declared in (False, True)
        for kind in OF_POWER
    }
    for title, table in (("false support", false), ("power", power)):
        print(f"{title:36}" + "".join(f"{n:>7}" for n in SIZES))
        for kind, row in table.items():
            print(f"  {kind:34}" + "".join(f"{one:7.3f}" for one in row), flush=True)
        columns = [fmean(column) for column in zip(*table.values(), strict=True)]
        print(f"  {'mean':34}" + "".join(f"{one:7.3f}" for one in columns))
    missed = misses(false, power, asked.pairs)
    if asked.json:
        found = {
            "sizes": SIZES,
            "pairs": asked.pairs,
            "seed": asked.seed,
            "false": false,
            "power": power,
            "missed": missed,
        }
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(missed))
    sys.exit(1 if missed else 0)


def share(seeded: random.Random, kind: str, n: int, effect: float, declared: bool, pairs: int) -> float:
    """The share of pairs of a kind that are supported."""
    lags = [LAG] if declared else range(1, 7)
    return fmean(
        evidence(*pair(seeded, kind, n, effect), season=12, lags=lags).verdict == "supported" for _ in range(pairs)
    )


def pair(seeded: random.Random, kind: str, n: int, effect: float) -> tuple[Values, Values]:
    """Two series of one kind; what is new in the second follows what is new in the first."""

    def noise() -> Values:
        drawn = [seeded.gauss(0, 1) for _ in range(n + WARM_UP)]
        if kind == HEAVY:  # Student's t with three degrees of freedom
            drawn = [one / (sum(seeded.gauss(0, 1) ** 2 for _ in range(3)) / 3) ** 0.5 for one in drawn]
        return drawn

    first, own = noise(), noise()
    rest = (1 - effect * effect) ** 0.5
    second = [
        effect * first[place - LAG] + rest * one if place >= LAG else one for place, one in enumerate(own)
    ]  # fmt: skip
    shape = KINDS.get(kind, list)
    return shape(first)[-n:], shape(second)[-n:]


def misses(false: dict[str, Sequence[float]], power: dict[str, Sequence[float]], pairs: int) -> list[str]:
    """What was expected and is not so. False support counts if it is beyond what the number of pairs leaves in doubt,
    power on average over the kinds without a season: taking one out costs a year of values."""
    doubt = 2 * (FALSE * (1 - FALSE) / (pairs * len(SIZES))) ** 0.5
    found = [f"{kind}: false support is {fmean(row):.1%}" for kind, row in false.items() if fmean(row) > FALSE + doubt]
    for declared in (False, True):
        rows = [
            row
            for kind, row in power.items()
            if kind.endswith("declared") == declared and not kind.startswith("season")
        ]
        for n, least in POWER.items():
            mean = fmean(row[SIZES.index(n)] for row in rows)
            if mean < least[declared]:
                words = "with the lag declared" if declared else "without a lag"
                found.append(f"{n} values: the power {words} is {mean:.2f} on average, below {least[declared]}")
    return found


if __name__ == "__main__":
    main()
