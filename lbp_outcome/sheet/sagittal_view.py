"""The middle of the spine from the side, with thin outlines of what was segmented."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.geometry.frame import Points, rough_frame, unit
from lbp_outcome.image import Image
from lbp_outcome.sheet.colours import CANAL, DISC, SHADED, UPPER
from lbp_outcome.spine import Spine, Structure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIXEL_MM = 0.6
FRONT_MM, BEHIND_MM, ABOVE_MM, BELOW_MM = 26.0, 62.0, 12.0, 22.0
"""How much is shown around the vertebral bodies and discs [mm]."""

DARKEST, BRIGHTEST = 1.0, 99.3
BAR_MM = 50.0
FEWEST_PIXELS = 12
FIRST_SEGMENT_MM = 16.0
"""The name of the sacrum stands this far below its first disc [mm]."""


@dataclass(frozen=True, eq=False)
class SagittalPlane:
    """A sagittal plane through the middle of the spine.

    Attributes:
        corner: Its upper front corner [mm].
        posterior: Unit vector to the back.
        inferior: Unit vector to the feet.
        rows: Number of pixels downwards.
        columns: Number of pixels backwards.
    """

    corner: Float[np.ndarray, "3"]
    posterior: Float[np.ndarray, "3"]
    inferior: Float[np.ndarray, "3"]
    rows: int
    columns: int

    @property
    def places(self) -> Points:
        """Patient position of every pixel, row by row [mm]."""
        down, back = np.indices((self.rows, self.columns)).reshape(2, -1) * PIXEL_MM
        places: np.ndarray = (
            self.corner + np.outer(down, self.inferior) + np.outer(back, self.posterior)
        )
        return places

    def at(self, place: Float[np.ndarray, "3"]) -> tuple[float, float]:
        """Return the column and the row nearest to a patient position."""
        away = (place - self.corner) / PIXEL_MM
        return float(away @ self.posterior), float(away @ self.inferior)

    def picture(self, image: Image) -> Float[np.ndarray, "row column"]:
        """Return an image in this plane."""
        values = ndimage.map_coordinates(
            image.values.astype(np.float32), image.to_index(self.places).T, order=1
        )
        picture: np.ndarray = values.reshape(self.rows, self.columns).astype(float)
        return picture


def middle_plane(spine: Spine, image: Image) -> SagittalPlane:
    """Return the slice of the scan that lies nearest to the middle of the spine.

    Raises:
        NotMeasurable: Nothing is segmented.
    """
    frame = rough_frame(spine)
    axis = int(np.argmax(np.abs(frame.left @ image.affine[:3, :3] / image.spacing_mm)))
    across = np.linalg.inv(image.affine)[axis, :3]
    inferior = _within(-frame.superior, across)
    posterior = unit(np.cross(across, inferior))
    posterior = posterior if posterior @ frame.posterior > 0 else -posterior
    points = np.concatenate([part.points for part in _middle_parts(spine)])
    middle = points.mean(axis=0)
    slice_number = float(image.to_index(middle[None])[0, axis])
    middle = middle + across * (round(slice_number) - slice_number) / (across @ across)
    back, down = (points - middle) @ posterior, _down(spine, middle, inferior)
    low, high = np.quantile(back, [0.005, 0.995])
    start = (low - FRONT_MM) * posterior + (down.min() - ABOVE_MM) * inferior
    return SagittalPlane(
        corner=middle + start,
        posterior=posterior,
        inferior=inferior,
        rows=int((np.ptp(down) + ABOVE_MM + BELOW_MM) / PIXEL_MM),
        columns=int((high - low + FRONT_MM + BEHIND_MM) / PIXEL_MM),
    )


def _within(direction: np.ndarray, across: np.ndarray) -> np.ndarray:
    """The part of a direction that lies in the slices, scaled to length one."""
    return unit(direction - across * (direction @ across) / (across @ across))


def _down(spine: Spine, middle: np.ndarray, inferior: np.ndarray) -> np.ndarray:
    """How far down everything above the sacrum lies [mm]."""
    shown = [part for name, part in spine.head_first if name is not Vertebra.S1]
    points = np.concatenate([part.points for part in shown or spine.stack])
    down: np.ndarray = (points - middle) @ inferior
    return down


def _middle_parts(spine: Spine) -> list[Structure]:
    """What the picture is centred on: bodies and discs, without the arches."""
    parts = [*spine.corpora.values(), *spine.discs.values()]
    return parts or list(spine.vertebrae.values())


def draw_sagittal(
    axes: "Axes",
    plane: SagittalPlane,
    image: Image,
    spine: Spine,
    *,
    title: str,
    outlines: bool = True,
) -> None:
    """Draw an image in the plane, with the names of vertebrae and outlines."""
    picture = plane.picture(image)
    low, high = np.percentile(picture, (DARKEST, BRIGHTEST))
    axes.imshow(picture, cmap="gray", vmin=low, vmax=max(high, low + 1e-6))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(title, fontsize=9, pad=3)
    axes.set_xlim(0, plane.columns - 1)
    axes.set_ylim(plane.rows - 1, 0)
    if outlines:
        for part, colour in _parts(spine):
            _outline(axes, plane, part, colour)
    _names(axes, plane, spine)
    _annotate(axes, plane)


def _parts(spine: Spine) -> Iterator[tuple[Structure, str]]:
    yield from ((part, UPPER) for part in (spine.corpora or spine.vertebrae).values())
    yield from ((part, DISC) for part in spine.discs.values())
    if spine.canal is not None:
        yield spine.canal, CANAL


def _outline(axes: "Axes", plane: SagittalPlane, part: Structure, colour: str) -> None:
    index = part.mask.to_index(plane.places)
    size = np.array(part.mask.values.shape)
    near = ((index > -1) & (index < size)).all(axis=1)
    values = np.zeros(len(index), np.float32)
    values[near] = ndimage.map_coordinates(
        part.mask.values.astype(np.float32), index[near].T, order=1
    )
    inside = values.reshape(plane.rows, plane.columns)
    if (inside > 0.5).sum() >= FEWEST_PIXELS:
        axes.contour(inside, levels=[0.5], colors=[colour], linewidths=0.7, alpha=0.9)


def _names(axes: "Axes", plane: SagittalPlane, spine: Spine) -> None:
    """Write the name of each vertebra on its body; of discs, if there is none."""
    style: dict[str, Any] = {"color": "white", "fontsize": 8, "ha": "center"}
    for name, part in spine.head_first:
        if isinstance(name, Disc):
            if spine.vertebrae:
                continue
            place = part.centroid
        elif name in spine.corpora:
            place = spine.corpora[name].centroid
        else:
            place = _beside_discs(spine, name, part.centroid)
        column, row = plane.at(place)
        if 0 < column < plane.columns and 0 < row < plane.rows:
            axes.text(column, row, str(name), va="center", **style, **SHADED)


def _beside_discs(spine: Spine, name: Vertebra, place: np.ndarray) -> np.ndarray:
    """Move a name forward onto the body, if the vertebra has its arch with it."""
    near = [d.centroid for n, d in spine.discs.items() if name in (n.upper, n.lower)]
    if not near:
        return place
    frame = rough_frame(spine)
    if name is Vertebra.S1:
        below: np.ndarray = near[0] - FIRST_SEGMENT_MM * frame.superior
        return below + 6.0 * frame.posterior
    back = frame.posterior
    onto: np.ndarray = place + back * ((np.mean(near, axis=0) - place) @ back)
    return onto


def _annotate(axes: "Axes", plane: SagittalPlane) -> None:
    style: dict[str, Any] = {"color": "white", "fontsize": 8, "va": "center"}
    axes.text(5, plane.rows / 2, "A", ha="left", **style, **SHADED)
    axes.text(plane.columns - 5, plane.rows / 2, "P", ha="right", **style, **SHADED)
    start, low = 8.0, plane.rows - 10.0
    axes.plot([start, start + BAR_MM / PIXEL_MM], [low, low], color="white", lw=1.5)
    axes.text(start, low - 10, f"{BAR_MM:.0f} mm", ha="left", **style, **SHADED)
