"""A disc seen along its own axis, with the outlines of both endplates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.disc_outline import (
    ANGLES_DEG,
    Directions,
    DiscOutline,
    disc_outline,
)
from lbp_outcome.geometry.frame import Frame
from lbp_outcome.image import Image
from lbp_outcome.sheet.colours import DISC, LOWER, SHADED, UPPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIXEL_MM = 0.5
SLAB_MM = (-1.0, 0.0, 1.0)
"""The picture is the mean of these layers of the disc [mm]."""

ASIDE_MM, FRONT_MM, BEHIND_MM = 38.0, 30.0, 46.0
"""How much of the patient is shown around the middle of the disc [mm]."""

DARKEST, BRIGHTEST = 1.0, 99.5
"""Percentiles of the picture that are drawn black and white."""

LEAST_COVERED = 0.98
"""An axial stack is shown if it covers this share of the picture's inner part."""

STEPS_MM = (0.5, 1.5, 3.0)
WIDTHS = (0.9, 1.6, 2.4, 3.2)
"""Bulges are drawn in steps, each with a thicker line [mm]."""

BAR_MM = 20.0


@dataclass(frozen=True, eq=False, kw_only=True)
class DiscView:
    """A disc seen from below, as in any axial image.

    Attributes:
        disc: Which disc.
        picture: T2 signal; rows run to the back, columns to the patient's left.
        outline: The borders of disc and endplates, or None where they are not known.
        source: Which image it was taken from.
    """

    disc: Disc
    picture: Float[np.ndarray, "row column"]
    outline: DiscOutline | None
    source: str

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, lower and upper edge of the picture [mm]."""
        return (-ASIDE_MM, ASIDE_MM, BEHIND_MM, -FRONT_MM)


def disc_view(examination: Examination, disc: Disc) -> DiscView:
    """Return the T2 image in the plane of a disc, and the outlines there.

    Taken from an axial stack that covers it, or else from the sagittal image.

    Raises:
        NotMeasurable: The disc cannot be located, or no image shows it.
    """
    frame = disc_frame(examination.spine, disc)
    try:
        outline = disc_outline(examination.spine, disc)
    except NotMeasurable:
        outline = None
    for image, source in _sources(examination):
        picture, covered = _resampled(image, frame)
        if covered >= LEAST_COVERED or source == "sagittal T2":
            return DiscView(disc=disc, picture=picture, outline=outline, source=source)
    raise NotMeasurable(f"no T2 image shows {disc}")


def _sources(examination: Examination) -> list[tuple[Image, str]]:
    found = [(stack, "axial T2") for stack in examination.axial]
    if examination.t2 is not None:
        found.append((examination.t2, "sagittal T2"))
    return found


def _resampled(
    image: Image, frame: Frame
) -> tuple[Float[np.ndarray, "row column"], float]:
    """The image in the disc's plane, and the share of the disc that it covers."""
    left = np.arange(-ASIDE_MM, ASIDE_MM, PIXEL_MM) + PIXEL_MM / 2
    back = np.arange(-FRONT_MM, BEHIND_MM, PIXEL_MM) + PIXEL_MM / 2
    grid = np.array(np.meshgrid(SLAB_MM, back, left, indexing="ij"))[::-1]
    index = image.to_index(frame.to_patient(grid.reshape(3, -1).T)).T
    values = ndimage.map_coordinates(
        image.values.astype(np.float32), index, order=1, mode="constant", cval=np.nan
    ).reshape(grid.shape[1:])
    inner = np.hypot(*np.meshgrid(left, back)) < FRONT_MM * 0.8
    seen = np.isfinite(values)
    picture = np.where(seen.all(axis=0), values.mean(axis=0), 0.0)
    return picture.astype(float), float(seen.all(axis=0)[inner].mean())


def draw_disc(axes: "Axes", view: DiscView, title: str = "") -> None:
    """Draw a disc: the image, both endplates, the disc and where it bulges.

    The patient's left is on the right. The endplate above is a solid blue line, that
    below a dashed yellow one; the orange line is the disc, thicker where it stands out.
    """
    shown = view.picture[view.picture > 0]
    low, high = np.percentile(shown, (DARKEST, BRIGHTEST)) if shown.size else (0, 1)
    axes.imshow(
        view.picture,
        cmap="gray",
        vmin=low,
        vmax=max(high, low + 1e-6),
        extent=view.extent,
        interpolation="bilinear",
    )
    axes.set_xlim(-ASIDE_MM, ASIDE_MM)
    axes.set_ylim(BEHIND_MM, -FRONT_MM)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title or str(view.disc), fontsize=9, pad=3)
    if view.outline is not None:
        _draw_outline(axes, view.outline)
    _annotate(axes)


def _draw_outline(axes: "Axes", outline: DiscOutline) -> None:
    thin: dict[str, Any] = {"lw": 0.9, "alpha": 0.95}
    if outline.upper is not None:
        axes.plot(*_closed(outline.upper), color=UPPER, ls="-", **thin)
    if outline.lower is not None:
        axes.plot(*_closed(outline.lower), color=LOWER, ls=(0, (4, 2.5)), **thin)
    x, y = _closed(outline.disc)
    step = np.digitize(np.append(outline.beyond, outline.beyond[0]), STEPS_MM)
    for number, width in enumerate(WIDTHS):
        line = np.where((step == number) | (np.roll(step, 1) == number), x, np.nan)
        axes.plot(line, y, color=DISC, lw=width, alpha=0.9, solid_capstyle="butt")


def _closed(radius: Directions) -> tuple[np.ndarray, np.ndarray]:
    """Left and posterior coordinates of an outline that returns to its start [mm]."""
    angle = np.radians(ANGLES_DEG)
    x, y = radius * np.sin(angle), radius * np.cos(angle)
    return np.append(x, x[0]), np.append(y, y[0])


def _annotate(axes: "Axes") -> None:
    style: dict[str, Any] = {
        "color": "white",
        "fontsize": 7,
        "ha": "center",
        "va": "center",
        **SHADED,
    }
    axes.text(0, -FRONT_MM + 3.5, "A", **style)
    axes.text(0, BEHIND_MM - 3.5, "P", **style)
    axes.text(ASIDE_MM - 3.5, 4, "L", **style)
    axes.text(-ASIDE_MM + 3.5, 4, "R", **style)
    end, low = ASIDE_MM - 4, BEHIND_MM - 4
    axes.plot([end - BAR_MM, end], [low, low], color="white", lw=1.5)
    axes.text(end - BAR_MM / 2, low - 3, f"{BAR_MM:.0f} mm", **style)
