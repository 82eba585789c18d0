"""What each modality added to one patient's prediction, as steps and as a table."""

import io
from typing import TYPE_CHECKING

import numpy as np

from lbp_outcome.study.explanation.modalities import CAUTION, ModalityShares

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MORE, LESS, ABSENT = "#1f6fb2", "#c8641b", "#8a8a8a"


def draw_modalities(found: ModalityShares, title: str) -> bytes:
    """Draw one patient's shares, from no modality to all of them, as PNG bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height = 2.1 + 0.42 * len(found.modalities)
    figure = Figure(figsize=(9, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    steps, table = figure.subplots(1, 2, sharey=True, width_ratios=(1.5, 1))
    _draw_steps(steps, found)
    _write_table(table, found)
    figure.suptitle(title, fontsize=11.5, fontweight="bold")
    figure.supxlabel(CAUTION, fontsize=8)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": "lbp-outcome"})
    return buffer.getvalue()


def _draw_steps(axes: "Axes", found: ModalityShares) -> None:
    shares = found.shares[0]
    ends = found.scores[0, 0] + np.concatenate([[0.0], np.cumsum(shares)])
    rows = np.arange(len(shares))
    colours = [MORE if share > 0 else LESS for share in shares]
    axes.barh(rows, shares, left=ends[:-1], color=colours, height=0.55)
    axes.vlines(ends[1:-1], rows[:-1], rows[1:], color=ABSENT, lw=0.8)
    axes.axvline(ends[0], color=ABSENT, lw=0.8, ls=":")
    axes.set_yticks(rows, found.modalities)
    for label, there in zip(axes.get_yticklabels(), found.present[0], strict=True):
        label.set_color("black" if there else ABSENT)
    axes.set_ylim(len(shares) - 0.4, -0.9)
    axes.use_sticky_edges = False
    axes.margins(x=0.08)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=9.5)
    axes.set_xlabel(f"shares laid end to end [{found.scale}]", fontsize=9)
    axes.set_title(_from_none_to_all(found), fontsize=10)


def _from_none_to_all(found: ModalityShares) -> str:
    none, everything = (
        _shown(found, float(found.predicted(kept)[0]))
        for kept in (set(), set(found.modalities))
    )
    return f"with no modality {none}, with all {everything}"


def _write_table(axes: "Axes", found: ModalityShares) -> None:
    every = set(found.modalities)
    axes.axis("off")
    _write(axes, -0.75, "adds", "alone", "without it", colour=ABSENT)
    for row, name in enumerate(found.modalities):
        there = bool(found.present[0, row])
        alone, without = found.predicted({name})[0], found.predicted(every - {name})[0]
        _write(
            axes,
            row,
            f"{found.shares[0, row]:+.2f}" if there else "absent",
            _shown(found, float(alone)) if there else "",
            _shown(found, float(without)) if there else "",
            colour="black" if there else ABSENT,
        )


def _write(axes: "Axes", row: float, *cells: str, colour: str) -> None:
    for place, cell in zip((0.2, 0.5, 0.85), cells, strict=True):
        axes.text(
            place, row, cell, ha="center", va="center", fontsize=9.5, color=colour
        )


def _shown(found: ModalityShares, prediction: float) -> str:
    if found.scale == "log-odds":
        return f"{100 * prediction:.0f} %"
    return f"{prediction:.1f}"
