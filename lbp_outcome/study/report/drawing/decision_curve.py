"""Net benefit of acting on the predictions."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from lbp_outcome.statistics.net_benefit import DecisionCurve
from lbp_outcome.study.report.drawing.house import (
    COLOURS,
    DASHES,
    GREY,
    INK,
    canvas,
    in_percent,
    styled,
    wrapped,
)


@styled
def decision_curve_figure(
    curves: Mapping[str, DecisionCurve],
    *,
    banded: Sequence[str],
    simulated: bool = False,
) -> Figure:
    """Show the net benefit of each model, of acting in everyone and in no one.

    Args:
        curves: Decision curve by model.
        banded: Models whose band is drawn; more than two would hide each other.
        simulated: Whether to mark the figure as made from simulated data.
    """
    with canvas(3.9, simulated) as figure:
        axes = figure.subplots()
        first = next(iter(curves.values()))
        axes.axhline(0, color=INK, linewidth=0.9, label="no one")
        axes.plot(first.thresholds, first.everyone, color=GREY, lw=3, label="everyone")
        for number, (name, curve) in enumerate(curves.items()):
            look = number % len(COLOURS)
            axes.plot(
                curve.thresholds,
                curve.model,
                color=COLOURS[look],
                linestyle=DASHES[look],
                linewidth=1.8,
                label=wrapped(name),
            )
            if name in banded:
                axes.fill_between(
                    curve.thresholds,
                    curve.low,
                    curve.high,
                    color=COLOURS[look],
                    alpha=0.13,
                    linewidth=0,
                )
        best = max(curve.model.max() for curve in curves.values())
        axes.set_ylim(-0.12, max(best, first.everyone.max()) * 1.15 + 0.02)
        axes.set_xlim(first.thresholds[0], first.thresholds[-1])
        in_percent(axes, "x")
        axes.set_xlabel("Threshold: probability of the outcome from which one acts [%]")
        axes.set_ylabel("Net benefit\n[true positives per patient]")
        axes.set_title("Net benefit of acting on the predictions")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    return figure
