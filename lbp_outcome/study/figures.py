"""The figures of a study report: calm, printable, safe for colour-blind readers.

This file loads matplotlib; import it only where a figure is drawn.
"""

import io
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter

from lbp_outcome.statistics.calibration_curve import CalibrationCurve
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.net_benefit import DecisionCurve

INK, SOFT, GREY = "#1c2733", "#5b6875", "#b4bec8"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's palette, told apart with any colour vision."""

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
"""Lines differ by dashes too, for print in grey."""

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "savefig.facecolor": "white",
}
WIDTH = 7.2
"""Width of a figure [inch]: the text width of a printed A4 page."""

Panel = Figure | SubFigure
Arguments = ParamSpec("Arguments")


def _styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Draw in the house style, whatever the user's own settings are."""

    @wraps(draw)
    def in_style(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with style.context(["default", STYLE]):
            return draw(*args, **kwargs)

    return in_style


@_styled
def discrimination_figure(
    areas: Mapping[str, Estimate], *, simulated: bool = False
) -> Figure:
    """Show how well each model ranks patients: AUC with its interval, and chance.

    Args:
        areas: AUC by model, in the order they are shown.
        simulated: Whether to mark the figure as made from simulated data.
    """
    with _figure(_forest_height(areas), simulated) as figure:
        axes = figure.subplots()
        _forest(axes, areas)
        _vertical(axes, 0.5, "chance")
        shown = [e for e in areas.values() if e.value is not None]
        lowest = min([0.45, *(e.low or 0 for e in shown)])
        axes.set_xlim(max(0.0, lowest - 0.03), 1.0)
        axes.set_xlabel(
            "AUC within folds, from 0.5 (chance) to 1 (perfect), with 95 % interval"
        )
        axes.set_title("How well each model ranks patients")
    return figure


@_styled
def difference_figure(
    differences: Mapping[str, Estimate], *, reference: str, simulated: bool = False
) -> Figure:
    """Show how much each model gains over the reference model, and no gain.

    Args:
        differences: Difference in AUC by model.
        reference: Name of the reference model.
        simulated: Whether to mark the figure as made from simulated data.
    """
    with _figure(_forest_height(differences), simulated) as figure:
        axes = figure.subplots()
        _forest(axes, differences, signed=True)
        _vertical(axes, 0.0, "no difference")
        bounds = [abs(b or 0) for e in differences.values() for b in (e.low, e.high)]
        reach = 1.15 * max([0.05, *bounds])
        axes.set_xlim(-reach, reach)
        axes.set_xlabel(f"AUC minus the AUC of “{reference}”, with 95 % interval")
        axes.set_title(f"What each model adds to “{reference}”")
        _sides(axes, "worse", "better")
    return figure


@_styled
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
    columns = min(3, len(curves))
    rows = -(-len(curves) // columns)
    panel = 3.9 if columns < 3 else 3.3
    with _figure(rows * panel + 0.35, simulated) as figure:
        figure.suptitle(
            "Do predicted probabilities hold true?",
            x=0.01,
            ha="left",
            fontsize=10,
            fontweight="bold",
        )
        panels = figure.subfigures(rows, columns, squeeze=False).ravel()
        titles = _equally_tall([_wrapped(name) for name in curves])
        items = zip(panels, titles, curves.values(), strict=False)
        for number, (part, title, curve) in enumerate(items):
            _calibration_panel(part, title, curve, COLOURS[number % len(COLOURS)])
    return figure


@_styled
def decision_curve_figure(
    curves: Mapping[str, DecisionCurve], *, simulated: bool = False
) -> Figure:
    """Show the net benefit of each model, of acting in everyone and in no one.

    Bands are drawn for up to two models; more would hide each other.

    Args:
        curves: Decision curve by model.
        simulated: Whether to mark the figure as made from simulated data.
    """
    with _figure(3.9, simulated) as figure:
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
                label=_wrapped(name),
            )
            if len(curves) <= 2:
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
        _in_percent(axes, "x")
        axes.set_xlabel("Threshold: probability of the outcome from which one acts [%]")
        axes.set_ylabel("Net benefit\n[true positives per patient]")
        axes.set_title("Net benefit of acting on the predictions")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    return figure


def as_png(figure: Figure, dpi: int = 200) -> bytes:
    """Return the figure as the content of a PNG file, the same for the same figure."""
    with io.BytesIO() as buffer:
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()


@contextmanager
def _figure(height: float, simulated: bool) -> Iterator[Figure]:
    """Yield a figure to draw on; mark it at the end if its data are simulated."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    yield figure
    if simulated:
        strip = 0.2 / height
        figure.set_layout_engine("constrained", rect=(0, strip, 1, 1 - strip))
        figure.text(
            0.995,
            0.04 / height,
            "Simulated data",
            ha="right",
            va="bottom",
            fontsize=8,
            fontweight="bold",
            color="#8a5a00",
        )


def _forest_height(rows: Mapping[str, Estimate]) -> float:
    return 1.35 + 0.42 * len(rows)


def _forest(
    axes: Axes, estimates: Mapping[str, Estimate], *, signed: bool = False
) -> None:
    """Draw one row per model: point, interval, and both in words at the right."""
    rows = range(len(estimates))
    for row, estimate in zip(rows, estimates.values(), strict=True):
        if estimate.value is None or estimate.low is None or estimate.high is None:
            continue
        axes.plot([estimate.low, estimate.high], [row, row], color=COLOURS[0], lw=2)
        axes.plot(estimate.value, row, "o", color=COLOURS[0], markersize=6.5)
    axes.set_ylim(len(estimates) - 0.4, -0.6)
    axes.set_yticks(rows, [_wrapped(name) for name in estimates])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    words = axes.secondary_yaxis("right")
    words.set_yticks(
        rows, [_in_words(estimate, signed) for estimate in estimates.values()]
    )
    words.tick_params(axis="y", length=0)
    words.spines["right"].set_visible(False)


def _in_words(estimate: Estimate, signed: bool) -> str:
    if estimate.value is None:
        return textwrap.fill(estimate.reason, 26)
    return estimate.shown(signed=signed).replace("-", "\N{MINUS SIGN}")


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


def _calibration_panel(
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
    _in_percent(upper, "both")
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


def _in_percent(axes: Axes, which: str) -> None:
    percent = FuncFormatter(lambda value, _: f"{100 * value:.0f}")
    ticks: Sequence[float] = (0, 0.25, 0.5, 0.75, 1)
    if which in ("x", "both"):
        axes.xaxis.set_major_formatter(percent)
    if which == "both":
        axes.set(xticks=ticks, yticks=ticks)
        axes.yaxis.set_major_formatter(percent)


def _equally_tall(titles: Sequence[str]) -> list[str]:
    """Add empty lines above, so that the panels below the titles line up."""
    lines = max(title.count("\n") for title in titles)
    return ["\n" * (lines - title.count("\n")) + title for title in titles]


def _wrapped(name: str) -> str:
    return textwrap.fill(name, 24)
