"""A segmented spine on its T2 image, each part outlined and named."""

import io
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from lbp_outcome.image import Image
from lbp_outcome.spine import Spine, Structure
from lbp_outcome.study.explanation.sagittal import Sagittal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VERTEBRA, DISC, CANAL = "#56B4E9", "#E69F00", "#009E73"


def draw_spine(t2: Image, spine: Spine) -> bytes:
    """Draw the middle sagittal slice plain and with parts outlined, as PNG bytes.

    Args:
        t2: The T2 image.
        spine: Its segmentation, in the same patient space.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    view = Sagittal.of(t2)
    middle = np.mean([part.centroid for _, part in spine.head_first], axis=0)
    number, _, _ = view.place(middle)
    figure = Figure(figsize=(8.6, 6.2), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    plain, outlined = figure.subplots(1, 2)
    for axes in (plain, outlined):
        view.draw(axes, number)
    plain.set_title("T2, middle sagittal slice", fontsize=10.5)
    outlined.set_title("vertebrae, discs and canal as segmented", fontsize=10.5)
    for name, part in spine.vertebrae.items():
        _outline(outlined, view, part, number, VERTEBRA, str(name))
    for part in spine.discs.values():
        _outline(outlined, view, part, number, DISC)
    view.face_left(outlined)
    if spine.canal is not None:
        _outline(outlined, view, spine.canal, number, CANAL)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": "lbp-outcome"})
    return buffer.getvalue()


def _outline(
    axes: "Axes",
    view: Sagittal,
    part: Structure,
    number: int,
    colour: str,
    name: str = "",
) -> None:
    grid = np.zeros(view.image.values.shape, dtype=bool)
    index = np.round(view.image.to_index(part.points)).astype(int)
    inside = ((index >= 0) & (index < grid.shape)).all(axis=1)
    grid[tuple(index[inside].T)] = True
    cut = grid[number].T
    if not cut.any():
        return
    axes.contour(cut, levels=[0.5], colors=colour, linewidths=1.1, extent=view.extent)
    if name:
        row, column = np.argwhere(_largest(cut)).mean(axis=0)
        _, anterior, superior = view.image.spacing_mm
        at = ((column + 0.5) * anterior, (row + 0.5) * superior)
        axes.text(*at, name, color=colour, fontsize=9, ha="center", va="center")


def _largest(cut: Bool[np.ndarray, "row column"]) -> Bool[np.ndarray, "row column"]:
    """Keep the largest island: the vertebral body, not the spinous process."""
    from scipy.ndimage import label

    islands, _ = label(cut)
    sizes = np.bincount(islands.ravel())
    sizes[0] = 0
    largest: np.ndarray = islands == sizes.argmax()
    return largest
