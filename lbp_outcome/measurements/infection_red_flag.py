"""A pattern that may mean infection."""

import numpy as np

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.endplate_relief import endplate_relief
from lbp_outcome.measurements import Example, measurement
from lbp_outcome.measurements._modic import LEAST_SHARE, change
from lbp_outcome.measurements._subendplate import (
    beside,
    marrow,
    shrunk,
    values_at,
)
from lbp_outcome.measurements.endplate_defect_area_mm2 import DEFECT_MM
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.units import Unit

LEAST_ERODED_MM2 = 20.0
"""An endplate counts as eroded from this area of defects on (a proposal) [mm2]."""


@measurement(
    unit=Unit.SCORE,
    reference="lbp-outcome, for the osteomyelitis of doi:10.1007/s00586-023-07602-x",
    phantom=Example(
        anatomy=WORN, at=Place(disc=Disc.parse("L4-L5")), value=1.0, tolerance=0.01
    ),
    needs=("t2", "t1"),
)
def infection_red_flag(examination: Examination, disc: Disc) -> float | Remarked:
    """Whether a disc and its endplates look as in infection: 1 to refer, 0 for not.

    A screening proxy, uncertain, and no diagnosis: marrow like Modic type I on both
    sides of the disc, together with a disc that is brighter than marrow on T2 or an
    eroded endplate. It is meant to miss little, so that many degenerated discs with
    type I changes are flagged as well. Zero does not exclude infection. Never tested on
    patients with an infection.

    Raises:
        NotMeasurable: An endplate beside the disc or the disc is not segmented, or lies
            outside an image.
    """
    if disc not in examination.spine.discs:
        raise NotMeasurable(f"disc {disc} is not segmented")
    oedema = [change(examination, disc, b).shares[0] for b in Border]
    signs = {
        "the disc is bright on T2": _is_bright(examination, disc),
        "an endplate is eroded": _is_eroded(examination, disc),
    }
    seen = [sign for sign, there in signs.items() if there]
    if min(oedema) < LEAST_SHARE[0] or not seen:
        return 0.0
    signs_seen = ["the marrow on both sides looks like oedema", *seen]
    return Remarked(1.0, f"refer, do not predict: {', '.join(signs_seen)}")


def _is_bright(examination: Examination, disc: Disc) -> bool:
    """Whether the typical signal of the disc exceeds that of the marrow around it."""
    mask = examination.spine.discs[disc].continued(1)
    inner = shrunk(mask.values, mask.spacing_mm)
    if not inner.any():
        return False
    points = mask.to_patient(np.argwhere(inner).astype(float))
    assert examination.t2 is not None  # or it would not have been asked for
    index = examination.t2.to_index(points).T
    signal = np.median(values_at(examination.t2, index, "t2", f"disc {disc}"))
    bone = [marrow(examination, *beside(disc, b), "t2").middle for b in Border]
    return bool(signal > max(bone))


def _is_eroded(examination: Examination, disc: Disc) -> bool:
    """Whether either endplate has large defects."""
    reliefs = [endplate_relief(examination.spine, *beside(disc, b)) for b in Border]
    areas = [r.point_area_mm2 * float((r.depth > DEFECT_MM).sum()) for r in reliefs]
    return max(areas) >= LEAST_ERODED_MM2
