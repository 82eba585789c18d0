"""How much the nerve roots wind above the tightest stenosis."""

import numpy as np
from jaxtyping import Float
from scipy import ndimage

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.canal import canal_sections, narrowest
from lbp_outcome.geometry.cut import PIXEL_MM
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._canal_signal import WHOLE, straightened
from lbp_outcome.phantoms.cauda import CaudaSpine
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

WINDING = CaudaSpine(roots="sheets")

BELOW, ABOVE = 10, 60
"""How far below and above the tightest level the roots are looked at [mm]."""

FEWEST_SECTIONS = 25
BLUR_MM = 0.7
BORDER = 2
"""Pixels at the front and back border of the canal that are left out."""

CORD_SHARE = 0.15
"""Above the section where the cord fills this share, no roots are looked at."""

FEWEST_PIXELS = 200


@measurement(
    unit=Unit.RATIO,
    reference="lbp-outcome, for the tortuous roots of pmid:26630416",
    phantom=Example(anatomy=WINDING, value=WINDING.root_slope, tolerance=0.05),
    needs=("t2",),
)
def root_tortuosity_index(examination: Examination) -> Remarked:
    """How steeply the nerve roots run across the canal, around its tightest level.

    The root mean square of the roots' slope against the canal's centreline: change of
    the T2 signal along the canal over its change from front to back, from 10 mm below
    to 60 mm above the tightest lumbar level, below the cord. Straight roots have about
    0.2, because noise counts as well; loops of redundant roots 0.35 and more, in
    simulated patients. It cannot tell a loop from a root crossed by a slice.

    Raises:
        NotMeasurable: No lumbar level of the canal is segmented, or the image does not
            show it.
    """
    spine = examination.spine
    name, at = _tightest(spine)
    stop = min(at + ABOVE, _end_of_cord(spine))
    rows = slice(max(at - BELOW, 0), stop)
    inside = canal_sections(spine).pixels[rows] > WHOLE
    signal = straightened(examination, "t2")[rows]
    if len(signal) < FEWEST_SECTIONS:
        raise NotMeasurable("too little of the canal is segmented below the cord")
    return Remarked(_slope(signal, inside), f"around {name}")


def _tightest(spine: Spine) -> tuple[str, int]:
    """The lumbar disc with the smallest section of the canal, and that section."""
    area, found, reason = canal_sections(spine).area_mm2, {}, "no disc is segmented"
    for disc in spine.levels:
        try:
            found[str(disc)] = narrowest(spine, disc)
        except NotMeasurable as refusal:
            reason = str(refusal)
    if not found:
        raise NotMeasurable(reason)
    name = min(found, key=lambda disc: float(area[found[disc]]))
    return name, found[name]


def _end_of_cord(spine: Spine) -> int:
    """The lowest section with much of the cord in it, or the number of sections."""
    sections = canal_sections(spine)
    if spine.cord is None:
        return len(sections.centres)
    cord = sections.cut.sample(spine.cord.mask).sum(axis=(1, 2))
    much = cord > CORD_SHARE * np.maximum(sections.pixels.sum(axis=(1, 2)), 1)
    return int(much.argmax()) if much.any() else len(much)


def _slope(
    signal: Float[np.ndarray, "section slice pixel"], inside: np.ndarray
) -> float:
    """Change of the signal along the canal, over its change across the canal."""
    blur = (BLUR_MM, 0.0, BLUR_MM / PIXEL_MM)
    weight = ndimage.gaussian_filter(inside.astype(float), blur)
    smooth = ndimage.gaussian_filter(np.where(inside, signal, 0.0), blur)
    smooth /= np.maximum(weight, 1e-6)
    along, across = np.gradient(smooth, 1.0, PIXEL_MM, axis=(0, 2))
    core = ndimage.binary_erosion(inside, np.ones((3, 1, 3)), iterations=BORDER)
    change = float((across[core] ** 2).sum())
    if core.sum() < FEWEST_PIXELS or change <= 0:
        raise NotMeasurable("the canal is too narrow to show the roots")
    return float(np.sqrt((along[core] ** 2).sum() / change))
