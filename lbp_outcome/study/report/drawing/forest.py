"""Statistics as points with their intervals, one row each."""

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.study.report.drawing.house import (
    COLOURS,
    SOFT,
    canvas,
    styled,
    wrapped,
)

LEAST_REACH = 0.05
"""A scale of differences reaches at least so far to both sides."""


MANY = 9
"""Rows from which they stand closer together."""


@styled
def forest_figure(
    estimates: Mapping[str, Estimate],
    *,
    title: str,
    label: str,
    line: float,
    line_name: str,
    limits: tuple[float, float] | None = None,
    sides: tuple[str, str] | None = None,
    headings: Sequence[str] = (),
    digits: int = 2,
    simulated: bool = False,
) -> Figure:
    """Show one row per estimate: point, interval, and both in words at the right.

    Args:
        estimates: By name, in the order they are shown.
        title: What the figure shows.
        label: What the axis shows, with its unit or range.
        line: Where the dashed line stands.
        line_name: What it means.
        limits: Ends of the axis; from the intervals when left out.
        sides: What lies left and right of the line; the numbers are then differences.
        headings: Names in `estimates` that are headings and have no number.
        digits: Decimals.
        simulated: Whether to mark the figure as made from simulated data.
    """
    row = 0.42 if len(estimates) < MANY else 0.31
    with canvas(1.35 + row * len(estimates), simulated) as figure:
        axes = figure.subplots()
        _rows(axes, estimates, headings, digits, signed=sides is not None)
        axes.set_xlim(limits or _limits(estimates, line, both=sides is not None))
        _vertical(axes, line, line_name)
        axes.set_xlabel(label)
        axes.set_title(title)
        if sides:
            _sides(axes, *sides)
    return figure


def _rows(
    axes: Axes,
    estimates: Mapping[str, Estimate],
    headings: Sequence[str],
    digits: int,
    *,
    signed: bool,
) -> None:
    rows = range(len(estimates))
    for row, estimate in zip(rows, estimates.values(), strict=True):
        if estimate.value is None or estimate.low is None or estimate.high is None:
            continue
        axes.plot([estimate.low, estimate.high], [row, row], color=COLOURS[0], lw=2)
        axes.plot(estimate.value, row, "o", color=COLOURS[0], markersize=6.5)
    axes.set_ylim(len(estimates) - 0.4, -0.6)
    labels = axes.set_yticks(rows, [wrapped(name) for name in estimates])
    for tick, name in zip(labels, estimates, strict=True):
        tick.label1.set_fontweight("bold" if name in headings else "normal")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    words = axes.secondary_yaxis("right")
    said = [
        "" if name in headings else _in_words(estimate, digits, signed)
        for name, estimate in estimates.items()
    ]
    words.set_yticks(rows, said)
    words.tick_params(axis="y", length=0)
    words.spines["right"].set_visible(False)


def _in_words(estimate: Estimate, digits: int, signed: bool) -> str:
    if estimate.value is None:
        return textwrap.fill(estimate.reason, 26)
    return estimate.shown(digits, signed=signed).replace("-", "\N{MINUS SIGN}")


def _limits(
    estimates: Mapping[str, Estimate], line: float, *, both: bool
) -> tuple[float, float]:
    """Leave room around all intervals; around 0 alike to both sides."""
    shown = [e for e in estimates.values() if e.value is not None]
    bounds = [b for e in shown for b in (e.low, e.high) if b is not None]
    if both:
        reach = 1.15 * max([LEAST_REACH, *map(abs, bounds)])
        return -reach, reach
    low, high = min([line, *bounds]), max([line, *bounds])
    room = 0.08 * max(high - low, LEAST_REACH)
    return low - room, high + room


def _vertical(axes: Axes, at: float, name: str) -> None:
    axes.axvline(at, color=SOFT, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.annotate(
        name,
        (at, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        ha="left",
        va="top",
        fontsize=8,
        color=SOFT,
    )


def _sides(axes: Axes, left: str, right: str) -> None:
    for x, text, side in ((0.0, f"← {left}", "left"), (1.0, f"{right} →", "right")):
        axes.annotate(
            text,
            (x, 1),
            xycoords="axes fraction",
            ha=side,
            va="top",
            fontsize=8,
            color=SOFT,
        )
