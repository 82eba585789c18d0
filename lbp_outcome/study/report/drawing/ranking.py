"""How well models rank patients: the ROC and the precision-recall curve."""

from collections.abc import Mapping

from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from lbp_outcome.statistics.precision_recall import PrecisionRecallCurve
from lbp_outcome.statistics.roc_curve import RocCurve
from lbp_outcome.study.report.drawing.house import (
    COLOURS,
    DASHES,
    SOFT,
    canvas,
    in_percent,
    styled,
    wrapped,
)

Points = Float[ndarray, " points"]


@styled
def ranking_figure(
    rocs: Mapping[str, RocCurve],
    precisions: Mapping[str, PrecisionRecallCurve],
    *,
    simulated: bool = False,
) -> Figure:
    """Show both curves of each model side by side, with bands and chance.

    Args:
        rocs: ROC curve by model.
        precisions: Precision-recall curve of the same models.
        simulated: Whether to mark the figure as made from simulated data.
    """
    lines = max(wrapped(name).count("\n") for name in rocs)
    with canvas(4.15 + 0.2 * lines, simulated) as figure:
        left, right = figure.subplots(1, 2)
        _panel(left, "ROC curve", "1 \N{MINUS SIGN} specificity [%]", "Sensitivity [%]")
        _panel(
            right, "Precision and recall", "Sensitivity (recall) [%]", "Precision [%]"
        )
        left.plot([0, 1], [0, 1], color=SOFT, lw=1, ls=(0, (4, 3)), label="chance")
        base = next(iter(precisions.values())).base_rate
        right.axhline(base, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
        for look, (name, roc) in enumerate(rocs.items()):
            _line(left, look, name, roc.false_positive_rate, roc.sensitivity)
            _band(left, look, roc.false_positive_rate, roc.low, roc.high)
        for look, (name, curve) in enumerate(precisions.items()):
            _line(right, look, name, curve.recall, curve.precision)
            _band(right, look, curve.recall, curve.low, curve.high)
        figure.legend(
            *left.get_legend_handles_labels(), loc="outside lower center", ncols=3
        )
    return figure


def _panel(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel=x, ylabel=y, title=title)
    axes.set_aspect("equal")
    in_percent(axes, "both")


def _line(axes: Axes, look: int, name: str, x: Points, y: Points) -> None:
    axes.plot(
        x, y, color=COLOURS[look], ls=DASHES[look], linewidth=1.8, label=wrapped(name)
    )


def _band(axes: Axes, look: int, x: Points, low: Points, high: Points) -> None:
    axes.fill_between(x, low, high, color=COLOURS[look], alpha=0.14, linewidth=0)
