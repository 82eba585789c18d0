"""What was observed against what was predicted, for a continuous outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lbp_outcome.study.report.drawing.house import (
    COLOURS,
    SOFT,
    canvas,
    equally_tall,
    styled,
    wrapped,
)

Points = Float[np.ndarray, " points"]


@dataclass(frozen=True, eq=False, kw_only=True)
class ObservedCurve:
    """Patients of one model, and the line that describes them, with its band.

    Attributes:
        predicted: Mean prediction of each patient over the repeats.
        observed: What was observed in that patient.
        grid: Predictions at which the line is shown; empty without a line.
        line: Mean outcome at each of them.
        low: Lower bound, from resampled patients.
        high: Upper bound.
    """

    predicted: Float[np.ndarray, " patients"]
    observed: Float[np.ndarray, " patients"]
    grid: Points
    line: Points
    low: Points
    high: Points


@styled
def observed_figure(
    curves: Mapping[str, ObservedCurve], *, unit: str, simulated: bool = False
) -> Figure:
    """Show each patient as a dot, the ideal line, and the fitted line with its band.

    Args:
        curves: By model.
        unit: Unit of the outcome, as it is printed.
        simulated: Whether to mark the figure as made from simulated data.
    """
    columns = 2 if len(curves) == 4 else min(3, len(curves))
    rows = -(-len(curves) // columns)
    with canvas(rows * (3.4 if columns < 3 else 2.9) + 0.35, simulated) as figure:
        grid = figure.subplots(
            rows, columns, squeeze=False, sharex=True, sharey=True
        ).ravel()
        titles = equally_tall([wrapped(name) for name in curves])
        ends = _ends(curves)
        for look, (axes, title, curve) in enumerate(
            zip(grid, titles, curves.values(), strict=False)
        ):
            _panel(axes, curve, COLOURS[look % len(COLOURS)], ends)
            axes.set_title(title, fontsize=9, pad=5)
        for empty in range(len(curves), len(grid)):
            grid[empty].remove()
            grid[empty - columns].tick_params(labelbottom=True)
        figure.supxlabel(f"Predicted outcome [{unit}]", fontsize=9)
        figure.supylabel(f"Observed outcome [{unit}]", fontsize=9)
    return figure


def _panel(
    axes: Axes, curve: ObservedCurve, colour: str, ends: tuple[float, float]
) -> None:
    axes.plot(ends, ends, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    axes.plot(
        curve.predicted, curve.observed, "o", color=colour, markersize=2.6, alpha=0.45
    )
    if len(curve.grid):
        axes.fill_between(
            curve.grid, curve.low, curve.high, color=colour, alpha=0.2, linewidth=0
        )
        axes.plot(curve.grid, curve.line, color=colour, linewidth=1.8)
    axes.set(xlim=ends, ylim=ends)


def _ends(curves: Mapping[str, ObservedCurve]) -> tuple[float, float]:
    both = np.concatenate(
        [part for c in curves.values() for part in (c.predicted, c.observed)]
    )
    room = 0.04 * float(np.ptp(both))
    return float(both.min()) - room, float(both.max()) + room
