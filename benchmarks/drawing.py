"""The picture of a series of the benchmark of growth. Needs matplotlib, which is in the extra ``benchmarks``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def draw(title: str, points: Sequence[dict[str, Any]], path: Path) -> None:
    """Wall and processor time by size, both scales logarithmic, with the line that linear growth would follow."""
    import matplotlib as mpl

    mpl.use("svg")
    # Text stays text, and the same figures make the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "kpi", "font.family": "sans-serif", "font.size": 11})
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter, NullFormatter

    sizes = [point["size"] for point in points]
    figure, axes = plt.subplots(figsize=(7, 3.8), layout="constrained")
    axes.plot(sizes, [point["seconds"] for point in points], "o-", color="#1f6fb2", label="wall time")
    axes.plot(sizes, [point["cpu"] for point in points], "s--", color="#d1762b", label="processor time")
    last = points[-1]
    through = [last["seconds"] * size / last["size"] for size in sizes]
    axes.plot(sizes, through, ":", color="#777777", label="linear, through the last")
    axes.set(xscale="log", yscale="log", xlabel=title, ylabel="seconds")
    low = min(min(point["seconds"], point["cpu"]) for point in points)
    high = max(max(point["seconds"], point["cpu"]) for point in points)
    axes.set_ylim(low / 1.6, high * 1.6)
    axes.set_xticks(sizes)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.set_yticks([tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if low / 1.6 <= tick <= high * 1.6])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:g}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)
