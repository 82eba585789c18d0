"""Evening out an image: tissue far from the coil comes out darker than it is."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.frame import Frame, Points, rough_frame
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image
from lbp_outcome.measurements._signal import FEWEST_VOXELS, darkness, eroded, signal_at
from lbp_outcome.spine import Spine

Weighting = Literal["t2", "t1"]

POINTS_PER_BODY = 3000
"""Marrow is even enough that more voxels of a body tell nothing new."""

SCATTER = np.array([12.9898, 78.233, 37.719])
"""Uneven steps that no voxel grid keeps time with [1/mm]."""

FEWEST_BODIES = 2
DARK_SHARE = 0.2
"""Voxels darker than this share of the median are no marrow."""

ROUNDS = 8
CUT_AT = 3.0
LEAST_SPREAD = 0.01
"""Marrow that departs further than `CUT_AT` times the typical departure, such as veins
and Modic changes, is left out; departures this small are never called untypical."""

STEEPEST_PER_MM = 0.015
"""No coil's sensitivity changes faster than this in the spine, as a share [1/mm]."""

REACH_MM = 60.0
"""The change is prolonged no further than this to the front and the back [mm]."""

UNKNOWN = "the coil's shading could not be evened out, as too few bodies are seen"


@dataclass(frozen=True, eq=False)
class Shading:
    """How the brightness of one and the same tissue changes from front to back.

    Attributes:
        per_mm: Relative change towards the back [1/mm].
        frame: The frame of the whole spine; in its origin nothing is changed.
        is_known: Whether it could be found; if not, `per_mm` is 0.
    """

    per_mm: float
    frame: Frame
    is_known: bool

    def at(self, points: Points) -> Float[np.ndarray, " n"]:
        """Return how much brighter tissue comes out at patient positions, as a factor.

        Divide the signal by it.
        """
        behind = (points - self.frame.origin) @ self.frame.posterior
        factor: np.ndarray = np.exp(self.per_mm * np.clip(behind, -REACH_MM, REACH_MM))
        return factor


@once
def shading(examination: Examination, name: Weighting) -> Shading:
    """Return how a sagittal image is shaded from front to back.

    A surface coil lies behind the back: a disc, some 35 mm in front of the canal, comes
    out about 10 % too dark against the fluid. The marrow of one vertebral body is
    taken to be of one kind, and the fall of its brightness from back to front, common
    to all bodies, to be the coil's. Changes from head to foot are not evened out:
    marrow differs between vertebrae by more than the coil does over a lumbar spine.

    Raises:
        NotMeasurable: No spine is segmented, or the image was standardised.
    """
    image = _image(examination, name)
    spine = examination.spine
    frame = rough_frame(spine)
    behind, signal, which = _marrow(spine, image, frame, name.upper())
    if len(np.unique(which)) < FEWEST_BODIES:
        return Shading(0.0, frame, is_known=False)
    return Shading(_slope(behind, np.log(signal), which), frame, is_known=True)


def even_signal(
    examination: Examination, name: Weighting, points: Points, tissue: str
) -> Float[np.ndarray, " n"]:
    """Return the signal at patient positions with the coil's shading taken out.

    The cheap way if only some structures are looked at. Positions outside the image
    are left out, as `signal_at` does; whether tissue is clipped must be asked of the
    image itself (`is_clipped`).

    Raises:
        NotMeasurable: There are too few positions, or they lie outside the image.
    """
    image = _image(examination, name)
    raw = signal_at(image, points, tissue, name.upper())
    inside = points[within(image, points)]
    even: np.ndarray = raw / shading(examination, name).at(inside)
    return even


@once
def evened(examination: Examination, name: Weighting) -> Image:
    """Return a sagittal image with the coil's shading taken out; zero is no signal.

    Ratios of tissues that lie at different depths, such as disc or marrow to fluid,
    should be taken from this image. Its largest value no longer tells whether the scan
    was clipped: ask `is_clipped` of the image that was given. `shading(...).is_known`
    says whether anything could be evened out.

    Raises:
        NotMeasurable: The image was not given, no spine is segmented, or the image was
            standardised.
    """
    image, found = _image(examination, name), shading(examination, name)
    dark = darkness(image, name.upper())
    if not found.per_mm and not dark:
        return image
    values = (image.values - np.float32(dark)) / _factor(found, image)
    return Image(values, image.affine)


def _factor(found: Shading, image: Image) -> Float32[np.ndarray, "i j k"]:
    """The factor at every voxel: a product of one factor for each array axis."""
    steps = found.frame.posterior @ image.affine[:3, :3]
    start = found.frame.posterior @ (image.affine[:3, 3] - found.frame.origin)
    i, j, k = (
        np.exp(found.per_mm * (step * np.arange(size) + start / 3)).astype(np.float32)
        for step, size in zip(steps, image.values.shape, strict=True)
    )
    most = np.float32(np.exp(abs(found.per_mm) * REACH_MM))
    factor: np.ndarray = i[:, None, None] * (j[:, None] * k)
    return np.clip(factor, 1 / most, most, out=factor)


def _marrow(
    spine: Spine, image: Image, frame: Frame, weighting: str
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """Place behind the frame's origin [mm], signal and number of body of marrow."""
    places: list[Points] = []
    for vertebra in spine.vertebrae:
        inner = _inner(spine, vertebra)
        inner = inner[within(image, inner)]
        if len(inner) >= FEWEST_VOXELS:
            places.append(inner)
    if len(places) < FEWEST_BODIES:
        return np.zeros(0), np.zeros(0), np.zeros(0, int)
    points = np.concatenate(places)
    which = np.repeat(np.arange(len(places)), [len(inner) for inner in places])
    signal = signal_at(image, points, "the marrow", weighting)
    kept = signal > max(DARK_SHARE * float(np.median(signal)), 1e-6)
    behind = (points - frame.origin) @ frame.posterior
    return behind[kept], signal[kept], which[kept]


def _inner(spine: Spine, vertebra: Vertebra) -> Points:
    """Some voxels of a body, its outermost layer left out; none if it is not seen."""
    try:
        bone = body(spine, vertebra)
    except NotMeasurable:
        return np.zeros((0, 3))
    voxels = np.argwhere(eroded(bone))
    inner: Points = bone.mask.to_patient(voxels.astype(float))
    if len(inner) <= POINTS_PER_BODY:
        return inner
    return inner[_lot(inner) < POINTS_PER_BODY / len(inner)]


def _lot(points: Points) -> Float[np.ndarray, " n"]:
    """A number from 0 to 1 for each place, as if by chance, in any voxel order."""
    mixed: np.ndarray = np.sin(points @ SCATTER) * 43758.5453 % 1.0
    return mixed


def _slope(
    behind: Float[np.ndarray, " n"],
    signal: Float[np.ndarray, " n"],
    which: Int[np.ndarray, " n"],
) -> float:
    """Slope common to all bodies, each with a brightness of its own, strays ignored."""
    weights = np.ones(len(signal))
    slope = 0.0
    for _ in range(ROUNDS):
        place = behind - _means(behind, weights, which)
        height = signal - _means(signal, weights, which)
        slope = float((weights * place) @ height / max((weights * place) @ place, 1e-9))
        away = np.abs(height - slope * place)
        spread = max(1.4826 * float(np.median(away)), LEAST_SPREAD)
        weights = np.clip(1 - (away / (CUT_AT * spread)) ** 2, 0, None) ** 2
    return float(np.clip(slope, -STEEPEST_PER_MM, STEEPEST_PER_MM))


def _means(
    values: Float[np.ndarray, " n"],
    weights: Float[np.ndarray, " n"],
    which: Int[np.ndarray, " n"],
) -> Float[np.ndarray, " n"]:
    """For each voxel, the weighted mean of its body."""
    total = np.bincount(which, weights=weights * values)
    mean = total / np.maximum(np.bincount(which, weights=weights), 1e-9)
    own: np.ndarray = mean[which]
    return own


def _image(examination: Examination, name: Weighting) -> Image:
    image = examination.t2 if name == "t2" else examination.t1
    if image is None:
        raise NotMeasurable(f"no {name.upper()} image was given")
    return image


def within(image: Image, points: Points) -> Bool[np.ndarray, " n"]:
    """Return which patient positions lie inside an image."""
    index = image.to_index(points)
    last = np.array(image.values.shape) - 0.5
    return np.asarray(((index >= -0.5) & (index <= last)).all(axis=1))
