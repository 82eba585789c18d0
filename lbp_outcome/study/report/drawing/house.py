"""The house style of figures: calm, printable, safe for colour-blind readers.

This file loads matplotlib; import it only where a figure is drawn.
"""

import io
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

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

DPI = 160
"""Pixels per inch: sharp at the width of a page, and half the size of 220."""

Arguments = ParamSpec("Arguments")


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Draw in the house style, whatever the user's own settings are."""

    @wraps(draw)
    def in_style(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with style.context(["default", STYLE]):
            return draw(*args, **kwargs)

    return in_style


@contextmanager
def canvas(height: float, simulated: bool) -> Iterator[Figure]:
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


def as_png(figure: Figure, dpi: int = DPI) -> bytes:
    """Return the figure as the content of a PNG file, the same for the same figure."""
    with io.BytesIO() as buffer:
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
        return buffer.getvalue()


def in_percent(axes: Axes, which: str) -> None:
    """Label an axis (`x`) or both with percentages of a share from 0 to 1."""
    percent = FuncFormatter(lambda value, _: f"{100 * value:.0f}")
    ticks: Sequence[float] = (0, 0.25, 0.5, 0.75, 1)
    axes.xaxis.set_major_formatter(percent)
    if which == "both":
        axes.set(xticks=ticks, yticks=ticks)
        axes.yaxis.set_major_formatter(percent)


def wrapped(name: str) -> str:
    """Break a long name into lines."""
    return textwrap.fill(name, 24)


def equally_tall(titles: Sequence[str]) -> list[str]:
    """Add empty lines above, so that the panels below the titles line up."""
    lines = max(title.count("\n") for title in titles)
    return ["\n" * (lines - title.count("\n")) + title for title in titles]
