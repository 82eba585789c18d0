"""Joint fluid: how wide the bright line between two articular processes is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.facet import FacetJoint, facet_joint
from lbp_outcome.geometry.frame import Points
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image
from lbp_outcome.measurements._signal import (
    FEWEST_VOXELS,
    darkness,
    require_not_black,
)
from lbp_outcome.phantoms.joints import JointedSpine
from lbp_outcome.place import Place

FACE_MM = (5.0, 6.0)
"""The signal is averaged over this much of the joint's face, along it and up [mm]."""

ACROSS_MM, BIN_MM = 5.0, 0.25
"""The profile reaches so far to either side of the joint, in such steps [mm]."""

PEAK_WITHIN_MM = 2.5
"""The fluid lies this near to the middle between the bones [mm]."""

SPREAD_MM = 0.2
"""Each voxel counts for the places around it: standard deviation [mm]."""

BRIGHT = 0.6
"""Share of the fluid's signal that is half way from cartilage to fluid."""

SAME_PLACE_MM = 25.0
"""Cerebrospinal fluid is looked for this far above and below the disc [mm]."""

FLUID_QUANTILE = 0.9
"""Quantile of the signal in the canal that is cerebrospinal fluid."""

WIDEST_MM = 6.0
"""A wider bright band is fat or marrow without a dark border, not a joint [mm]."""

SHOWN_SHARE = 0.9
"""At least this share of the profile must be covered by voxels."""


JOINTED = JointedSpine()
L4_L5 = Place(disc=Disc.parse("L4-L5"))
L4_L5_LEFT = Place(disc=Disc.parse("L4-L5"), side=Side.LEFT)
"""The phantom of the joints, and where it is measured."""


@dataclass(frozen=True, slots=True)
class JointFluid:
    """Fluid in a facet joint.

    Attributes:
        width_mm: Width of the bright line [mm]; 0 if there is none.
        axial: Whether it was seen on an axial image.
    """

    width_mm: float
    axial: bool


@once
def joint_fluid_mm(examination: Examination, disc: Disc, side: Side) -> JointFluid:
    """Return the width of the bright line in a facet joint.

    The mean T2 signal is plotted across the joint; the width is taken where it exceeds
    60 % of that of cerebrospinal fluid, half way between cartilage and fluid. The first
    axial image that shows the joint is taken, or else the sagittal one.

    Raises:
        NotMeasurable: The joint or its fluid cannot be seen.
    """
    joint = facet_joint(examination.spine, disc, side)
    reason = "no T2 image was given that may show fluid in the joint"
    for number, image in _images(examination):
        try:
            profile = _profile(*_around(image, joint))
            width = _width_mm(profile / _csf(examination, disc, number))
        except NotMeasurable as refusal:
            reason = str(refusal)
            continue
        return JointFluid(width, number is not None)
    raise NotMeasurable(reason)


def _images(examination: Examination) -> Iterator[tuple[int | None, Image]]:
    """The T2 images, axial ones first, each with its number; None is the sagittal."""
    yield from enumerate(examination.axial)
    if examination.t2 is not None:
        yield None, examination.t2


@once
def _csf(examination: Examination, disc: Disc, number: int | None) -> float:
    """Signal of cerebrospinal fluid at a disc: the bright end of what the canal holds.

    Around a stenosis roots fill most of the canal, so that its typical signal is not
    that of the fluid.
    """
    image = examination.t2 if number is None else examination.axial[number]
    canal, frame = examination.spine.canal, disc_frame(examination.spine, disc)
    if canal is None:
        raise NotMeasurable("the spinal canal is not segmented")
    assert image is not None
    away = np.abs(canal.points @ frame.superior - frame.origin @ frame.superior)
    index = np.rint(image.to_index(canal.points[away < SAME_PLACE_MM])).astype(int)
    known = ((index >= 0) & (index < image.values.shape)).all(axis=1)
    if known.sum() < FEWEST_VOXELS:
        raise NotMeasurable("the image does not show the spinal canal at the joint")
    values = image.values[tuple(index[known].T)].astype(float) - darkness(image)
    fluid = float(np.quantile(values, FLUID_QUANTILE))
    require_not_black(image, fluid, "the spinal canal")
    return fluid


def _around(image: Image, joint: FacetJoint) -> tuple[Points, Float[np.ndarray, " n"]]:
    """Voxels over the face of a joint: places in its axes [mm], and signal."""
    reach = np.array([FACE_MM[0], ACROSS_MM + 1, FACE_MM[1]])
    signs = np.array(np.meshgrid(*[(-1, 1)] * 3)).reshape(3, -1).T
    axes = np.stack([joint.along, joint.across, joint.superior])
    ends = image.to_index(joint.centre + (signs * reach) @ axes)
    size = np.array(image.values.shape)
    low = np.clip(np.floor(ends.min(axis=0)), 0, size).astype(int)
    high = np.clip(np.ceil(ends.max(axis=0)) + 1, low, size).astype(int)
    index = np.indices(high - low).reshape(3, -1).T + low
    places = joint.local(image.to_patient(index.astype(float)))
    along, across, up = np.abs(places).T
    inside = (along <= reach[0]) & (across <= reach[1]) & (up <= reach[2])
    values = image.values[tuple(index[inside].T)].astype(float)
    return places[inside], values - darkness(image)


def _profile(places: Points, signal: Float[np.ndarray, " n"]) -> np.ndarray:
    """Mean signal at each place across the joint, from the front to the back."""
    ticks = np.arange(-ACROSS_MM, ACROSS_MM + BIN_MM / 2, BIN_MM)
    away = (places[:, 1] - ticks[:, None]) / SPREAD_MM
    weight = np.exp(-0.5 * away**2)
    total = weight.sum(axis=1)
    shown = total > 1
    if len(signal) < FEWEST_VOXELS or shown.mean() < SHOWN_SHARE:
        raise NotMeasurable("the image does not show the facet joint")
    seen = (weight[shown] @ signal) / total[shown]
    profile: np.ndarray = np.interp(ticks, ticks[shown], seen)
    return profile


def _width_mm(profile: Float[np.ndarray, " n"]) -> float:
    """Width of the peak in the middle where it is bright, to a fraction of a step."""
    ticks = np.linspace(-ACROSS_MM, ACROSS_MM, len(profile))
    middle = np.abs(ticks) <= PEAK_WITHIN_MM
    peak = int(np.where(middle, profile, -np.inf).argmax())
    if profile[peak] <= BRIGHT:
        return 0.0
    before, after = profile[peak::-1], profile[peak:]
    width = BIN_MM * (_steps_down(before) + _steps_down(after))
    if width > WIDEST_MM:
        raise NotMeasurable("no dark bone borders the bright line in the facet joint")
    return width


def _steps_down(profile: Float[np.ndarray, " n"]) -> float:
    """How many steps a profile stays bright from its first value on."""
    dark = np.flatnonzero(profile <= BRIGHT)
    if not len(dark):
        return float(len(profile) - 1)
    last = int(dark[0]) - 1
    drop = profile[last] - profile[last + 1]
    return last + float((profile[last] - BRIGHT) / drop)
