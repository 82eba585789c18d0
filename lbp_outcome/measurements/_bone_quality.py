"""The signal of the lumbar vertebral bodies against that of the fluid behind L3."""

import numpy as np

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.frame import Points, rough_frame, up_at
from lbp_outcome.geometry.once import once
from lbp_outcome.image import Image
from lbp_outcome.measurements._evenness import Weighting, even_signal, shading
from lbp_outcome.measurements._signal import (
    eroded,
    is_clipped,
    peak_mean,
    require_not_black,
    signal_at,
)
from lbp_outcome.records import Remarked
from lbp_outcome.spine import Spine, Structure

BODIES = (Vertebra.L1, Vertebra.L2, Vertebra.L3, Vertebra.L4)
FEWEST_BODIES = 3

MOST_POINTS = 1500
"""Marrow is even enough that more voxels of a body tell nothing new."""

BESIDE_MM = 12.0
"""The fluid is looked at this far up and down from the middle of L3 [mm]."""

FLUID = "the canal behind L3"
CLIPPED = (
    "the image is clipped, so that the brightness of the fluid is not known: the ratio "
    "is too high"
)
UNEVEN = "the coil's shading could not be evened out"


def bone_quality(examination: Examination, name: Weighting) -> Remarked:
    """Return the median marrow signal of L1 to L4 over that of the fluid behind L3.

    Raises:
        NotMeasurable: Fewer than three of the bodies, or the canal behind L3, are
            segmented and inside the image.
    """
    spine = examination.spine
    rough_frame(spine)  # refuses a doubtful header before anything else
    marrow = _marrow(examination, name)
    fluid = even_signal(examination, name, _fluid(spine), FLUID)
    bright = peak_mean(fluid)
    image = _image(examination, name)
    require_not_black(image, bright, FLUID, name.upper())
    remarks = _remarks(examination, name)
    return Remarked(float(np.median(marrow)) / bright, "; ".join(remarks))


def _marrow(examination: Examination, name: Weighting) -> list[float]:
    """The median signal of each body that is seen: veins and Modic changes forgiven."""
    found, refusals = [], []
    for vertebra in BODIES:
        try:
            inner = _inner(examination.spine, vertebra)
            signal = even_signal(examination, name, inner, f"the body of {vertebra}")
            found.append(float(np.median(signal)))
        except NotMeasurable as refusal:
            refusals.append(str(refusal))
    if len(found) < FEWEST_BODIES:
        raise NotMeasurable("; ".join(refusals))
    return found


@once
def _inner(spine: Spine, vertebra: Vertebra) -> Points:
    """Some voxels of a body, its outermost layer left out."""
    bone = body(spine, vertebra)
    inner = np.argwhere(eroded(bone))
    inner = inner[:: max(1, len(inner) // MOST_POINTS)]
    return bone.mask.to_patient(inner.astype(float))


@once
def _fluid(spine: Spine) -> Points:
    """Voxels of the canal at the height of L3, the outermost layer left out."""
    if spine.canal is None:
        raise NotMeasurable("the spinal canal is not segmented")
    level = body(spine, Vertebra.L3)
    up, canal = up_at(spine, level), spine.canal
    away = np.abs((canal.points - level.centroid) @ up)
    beside = np.zeros(canal.mask.values.shape, bool)
    beside[canal.mask.values] = away <= BESIDE_MM + canal.mask.spacing_mm.max()
    piece = canal.with_voxels(beside)
    if piece is None:
        raise NotMeasurable("the spinal canal is not segmented behind L3")
    inner = _inside(piece)
    near: Points = inner[np.abs((inner - level.centroid) @ up) <= BESIDE_MM]
    return near


def _remarks(examination: Examination, name: Weighting) -> list[str]:
    image = _image(examination, name)
    fluid = _fluid(examination.spine)
    raw = signal_at(image, fluid, FLUID, name.upper())
    remarks = [CLIPPED] if is_clipped(image, raw) else []
    return remarks if shading(examination, name).is_known else [*remarks, UNEVEN]


def _image(examination: Examination, name: Weighting) -> Image:
    image = examination.t2 if name == "t2" else examination.t1
    assert image is not None  # or there would be no signal
    return image


def _inside(part: Structure) -> Points:
    return part.mask.to_patient(np.argwhere(eroded(part)).astype(float))
