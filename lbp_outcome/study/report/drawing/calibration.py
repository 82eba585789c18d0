"""Whether predicted probabilities hold true."""

import textwrap
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from lbp_outcome.statistics.calibration_curve import CalibrationCurve
from lbp_outcome.study.report.drawing.house import (
    COLOURS,
    INK,
    SOFT,
    canvas,
    equally_tall,
    in_percent,
    styled,
    wrapped,
)


@styled
def calibration_figure(
    curves: Mapping[str, CalibrationCurve | str], *, simulated: bool = False
) -> Figure:
    """Show for each model whether its probabilities hold true.

    Each panel has the ideal line, the smooth curve with its band, groups of patients
    with their intervals, and below it how often each probability was given.

    Args:
        curves: Calibration curve by model, or the reason why there is none.
        simulated: Whether to mark the figure as made from simulated data.
    """
    columns = 2 if len(curves) == 4 else min(3, len(curves))
    rows = -(-len(curves) // columns)
    panel = 3.9 if len(curves) < 3 else 3.3
    with canvas(rows * panel + 0.35, simulated) as figure:
        figure.suptitle(
            "Do predicted probabilities hold true?",
            x=0.01,
            ha="left",
            fontsize=10,
            fontweight="bold",
        )
        panels = figure.subfigures(rows, columns, squeeze=False).ravel()
        titles = equally_tall([wrapped(name) for name in curves])
        items = zip(panels, titles, curves.values(), strict=False)
        for number, (part, title, curve) in enumerate(items):
            _panel(part, title, curve, COLOURS[number % len(COLOURS)])
    return figure


def _panel(
    panel: SubFigure, title: str, curve: CalibrationCurve | str, colour: str
) -> None:
    upper, lower = panel.subplots(2, 1, height_ratios=(4, 1.1), sharex=True)
    upper.set(xlim=(0, 1), ylim=(0, 1))
    upper.set_title(title, fontsize=9, pad=5)
    upper.set_ylabel("Observed share [%]")
    lower.set_xlabel("Predicted probability [%]")
    lower.set_ylabel("Patients", labelpad=8)
    lower.set_yticks([])
    lower.spines["left"].set_visible(False)
    upper.tick_params(axis="x", labelbottom=False)
    in_percent(upper, "both")
    if isinstance(curve, str):
        lower.set_ylim(-1, 1)
        words = textwrap.fill(curve, 24)
        upper.text(0.5, 0.5, words, ha="center", va="center", color=SOFT)
        return
    _draw_curve(upper, curve, colour)
    _draw_histogram(lower, curve, colour)


def _draw_curve(axes: Axes, curve: CalibrationCurve, colour: str) -> None:
    axes.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    axes.fill_between(
        curve.grid, curve.low, curve.high, color=colour, alpha=0.16, linewidth=0
    )
    axes.plot(curve.grid, curve.observed, color=colour, linewidth=1.8)
    middle = [group.predicted for group in curve.groups]
    share, low, high = zip(*(group.observed for group in curve.groups), strict=True)
    axes.vlines(middle, low, high, color=INK, linewidth=0.9)
    axes.plot(middle, share, "o", color=INK, markersize=3.5)


def _draw_histogram(axes: Axes, curve: CalibrationCurve, colour: str) -> None:
    """Draw patients with the outcome upwards and those without downwards."""
    bins = np.linspace(0, 1, 41)
    for value, direction, alpha in ((1, 1, 0.85), (0, -1, 0.4)):
        counts, _ = np.histogram(curve.predicted[curve.outcome == value], bins)
        axes.bar(
            bins[:-1],
            direction * counts,
            1 / 40,
            align="edge",
            color=colour,
            alpha=alpha,
        )
    axes.axhline(0, color=SOFT, linewidth=0.7)
    reach = 1.1 * max(map(abs, axes.get_ylim()))
    axes.set_ylim(-reach, reach)
    for place, word in ((0.97, "with outcome"), (0.03, "without")):
        side = "top" if place > 0.5 else "bottom"
        axes.text(
            0.01, place, word, transform=axes.transAxes, va=side, fontsize=7, color=SOFT
        )
