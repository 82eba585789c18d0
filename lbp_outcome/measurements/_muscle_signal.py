"""How much of a muscle is fat: from Dixon images, or from the signal on T1 or T2."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import MuscleScan
from lbp_outcome.geometry.frame import Points
from lbp_outcome.geometry.muscle_range import muscle_range
from lbp_outcome.geometry.muscle_section import Scans, muscle_section
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image
from lbp_outcome.measurements._mixture import brightest_percent
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine

FEWEST_INNER = 60
"""Muscles with fewer voxels away from their border are measured border and all."""

LEAST_INSIDE = 0.9
"""At least this share of a muscle lies inside the image that belongs to its mask."""

SEVERE_PERCENT = 50.0
"""From here on fat in the multifidus counts as severe (FELIX) [%]."""

LEAST_SIGNAL = 1e-9

NO_DIXON = "no Dixon images belong to the masks of the muscles"
NO_IMAGE = "no T1 or T2 image belongs to the masks of the muscles"


@dataclass(frozen=True, slots=True)
class MuscleFat:
    """The fat share of a muscle.

    Attributes:
        percent: Fat [%].
        remark: How it was measured.
    """

    percent: float
    remark: str

    def remarked(self, muscle: Muscle) -> Remarked:
        """Return the percentage as a measurement's result."""
        severe = muscle is Muscle.MULTIFIDUS and self.percent >= SEVERE_PERCENT
        word = f"; severe ({SEVERE_PERCENT:.0f} % or more)" if severe else ""
        return Remarked(self.percent, self.remark + word)


@once
def dixon_fat(
    spine: Spine, scans: Scans, disc: Disc, muscle: Muscle, side: Side
) -> MuscleFat:
    """Return the fat share of a muscle around a disc from a Dixon series.

    Raises:
        NotMeasurable: There is no Dixon series, or it does not show the whole muscle.
    """
    dixon = dixon_scans(scans)
    if not dixon and any(scan.muscles for scan in scans):
        raise NotMeasurable(NO_DIXON)
    section = muscle_section(spine, dixon, disc, muscle, side)
    points = section.inner_points
    if len(points) < FEWEST_INNER:
        points = section.points
    return MuscleFat(fat_percent(section.scan, points), section.remark)


@once
def lumbar_fat(spine: Spine, scans: Scans, muscle: Muscle, side: Side) -> MuscleFat:
    """Return the fat share of a muscle along the three lowest discs from Dixon images.

    Raises:
        NotMeasurable: There is no Dixon series, or it does not show the whole range.
    """
    dixon = dixon_scans(scans)
    if not dixon and any(scan.muscles for scan in scans):
        raise NotMeasurable(NO_DIXON)
    found = muscle_range(spine, dixon, muscle, side)
    return MuscleFat(fat_percent(found.scan, found.inner_points), found.remark)


@once
def signal_fat(
    spine: Spine,
    scans: Scans,
    disc: Disc,
    muscle: Muscle,
    side: Side,
    components: int,
) -> MuscleFat:
    """Return the fat share of a muscle around a disc from its signal on T1 or T2.

    Raises:
        NotMeasurable: It is the psoas, there is no T1 or T2 image, or no series shows
            the whole muscle.
    """
    if muscle in (Muscle.PSOAS, Muscle.ILIOPSOAS):
        raise NotMeasurable(
            f"T1 and T2 signal does not show how fat the {muscle} is (ICC with Dixon "
            "0.01 or less): use a Dixon series"
        )
    values, remark = _signal(spine, scans, disc, muscle, side)
    return MuscleFat(brightest_percent(values, components), remark)


@once
def _signal(
    spine: Spine, scans: Scans, disc: Disc, muscle: Muscle, side: Side
) -> tuple[Float[np.ndarray, " n"], str]:
    """Signal of a muscle around a disc on T1 or T2, and where it was taken."""
    shown = tuple(scan for scan in scans if scan.image is not None)
    if not shown and any(scan.muscles for scan in scans):
        raise NotMeasurable(NO_IMAGE)
    section = muscle_section(spine, shown, disc, muscle, side)
    assert section.scan.image is not None
    values = values_at(section.scan.image, section.points)
    return values, f"{section.scan.weighting}, {section.remark}"


def best_fat(
    spine: Spine, scans: Scans, disc: Disc, muscle: Muscle, side: Side
) -> MuscleFat:
    """Return the fat share from Dixon, or else from three components of the signal.

    Raises:
        NotMeasurable: Neither can be measured; the message says why.
    """
    try:
        found = dixon_fat(spine, scans, disc, muscle, side)
        return MuscleFat(found.percent, f"fat from Dixon, {found.remark}")
    except NotMeasurable:
        found = signal_fat(spine, scans, disc, muscle, side, 3)
        return MuscleFat(
            found.percent, f"fat from a mixture model of {found.remark}; not Dixon"
        )


def dixon_scans(scans: Scans) -> Scans:
    """Return the series that separate water and fat."""
    return tuple(
        scan for scan in scans if scan.water is not None and scan.fat is not None
    )


def fat_percent(scan: MuscleScan, points: Points) -> float:
    """Return the mean of fat / (fat + water) over some voxels [%].

    Voxels without any signal count as free of fat, as in MuscleMap.
    """
    assert scan.water is not None
    assert scan.fat is not None
    water, fat = (
        np.maximum(values_at(image, points), 0) for image in (scan.water, scan.fat)
    )
    both = water + fat
    share = np.where(both > LEAST_SIGNAL, fat / np.maximum(both, LEAST_SIGNAL), 0.0)
    return 100 * float(share.mean())


def values_at(image: Image, points: Points) -> Float[np.ndarray, " n"]:
    """Return the voxels of an image nearest to patient positions.

    Raises:
        NotMeasurable: Many of the positions lie outside the image.
    """
    index = np.rint(image.to_index(points)).astype(int)
    within = ((index >= 0) & (index < image.values.shape)).all(axis=1)
    if not len(points) or within.mean() < LEAST_INSIDE:
        raise NotMeasurable("the muscle lies outside the image that belongs to it")
    i, j, k = index[within].T
    values: np.ndarray = image.values[i, j, k].astype(float)
    return values
