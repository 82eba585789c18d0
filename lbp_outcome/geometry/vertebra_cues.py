"""What the vertebrae look like, as far as it helps to name them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import numpy as np

from lbp_outcome.anatomy import Process, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.endplate import End, bony_endplate
from lbp_outcome.geometry.frame import Frame, rough_frame, upright
from lbp_outcome.geometry.once import once
from lbp_outcome.geometry.taper import taper
from lbp_outcome.spine import Spine, column

Cues = Mapping[str, float]
"""What was measured at one vertebra, by name of the cue; no entry where it was not."""

CUES = (
    "wedge_deg",
    "step_deg",
    "width",
    "height",
    "taper",
    "spinous",
    "tilt_deg",
    "span",
)
"""Wedge shape; lean against the vertebra above; logarithms of width and height against
that one; depth below over above; logarithm of the spinous process's volume against that
of the vertebra above; lean in the scan, of the lowest vertebra only [deg]; logarithm of
the distance between the tips of the transverse processes against the vertebra above,
where the scan is wide enough: below the last rib they are suddenly long."""


@once
def vertebra_cues(spine: Spine) -> tuple[Cues, ...]:
    """Return what each labelled vertebra looks like, from the head down."""
    stated = sorted(spine.vertebrae, key=lambda name: name.order)
    shapes = [_shape(spine, name) for name in stated]
    levels = column(tuple(stated))
    found: list[dict[str, float]] = [_own_cues(spine, name) for name in stated]
    for place in range(1, len(stated)):
        one_level = levels.index(stated[place]) - levels.index(stated[place - 1]) == 1
        if one_level:
            found[place] |= _against(shapes[place - 1], shapes[place])
            found[place] |= _spinous(spine, stated[place - 1], stated[place])
            found[place] |= _span(spine, stated[place - 1], stated[place])
    if shapes and "tilt" in shapes[-1]:
        found[-1]["tilt_deg"] = shapes[-1]["tilt"]
    conus = _conus(spine, stated)
    if conus is not None:
        found[conus]["conus"] = 1.0
    return tuple(found)


def _shape(spine: Spine, vertebra: Vertebra) -> dict[str, float]:
    """Size and lean of one body; nothing where it cannot be measured."""
    try:
        bone = body(spine, vertebra)
        upper = bony_endplate(spine, vertebra, End.UPPER).plane
    except NotMeasurable:
        return {}
    try:
        lower = bony_endplate(spine, vertebra, End.LOWER).plane
    except NotMeasurable:
        return {"tilt": _lean_deg(upper.normal)} if vertebra is Vertebra.S1 else {}
    frame = upright(upper.centre, upper.normal, rough_frame(spine).posterior)
    across = (bone.points - upper.centre) @ frame.left
    low, high = np.quantile(across, [0.02, 0.98])
    return {
        "tilt": _lean_deg(upper.normal + lower.normal),
        "width": float(high - low),
        "height": float(np.linalg.norm(upper.centre - lower.centre)),
        "wedge": _wedge_deg(frame, upper.normal, lower.normal),
    }


def _lean_deg(normal: np.ndarray) -> float:
    """How far a normal leans to the front in the scan [deg]."""
    return float(np.degrees(np.arctan2(normal[1], normal[2])))


def _wedge_deg(frame: Frame, upper: np.ndarray, lower: np.ndarray) -> float:
    """Angle between the endplates, positive where the front is higher [deg]."""
    return frame.sagittal_deg(upper) - frame.sagittal_deg(lower)


def _own_cues(spine: Spine, vertebra: Vertebra) -> dict[str, float]:
    shape = _shape(spine, vertebra)
    found = {"wedge_deg": shape["wedge"]} if "wedge" in shape else {}
    with suppress(NotMeasurable):
        found["taper"] = taper(spine, vertebra)
    return found


def _against(above: Mapping[str, float], below: Mapping[str, float]) -> Cues:
    """A vertebra against the one above it."""
    found = {}
    if "tilt" in above and "tilt" in below:
        found["step_deg"] = below["tilt"] - above["tilt"]
    for size in ("width", "height"):
        if above.get(size, 0) > 0 and below.get(size, 0) > 0:
            found[size] = float(np.log(below[size] / above[size]))
    return found


def _spinous(spine: Spine, above: Vertebra, below: Vertebra) -> Cues:
    """The spinous process of L5 is small."""
    parts = [spine.processes.get((v, Process.SPINOUS, None)) for v in (above, below)]
    whole = [p.volume_mm3 for p in parts if p is not None and not p.at_edge.any()]
    if len(whole) < 2 or min(whole) <= 0:
        return {}
    return {"spinous": float(np.log(whole[1] / whole[0]))}


def _span(spine: Spine, above: Vertebra, below: Vertebra) -> Cues:
    """Transverse processes from tip to tip."""
    upper, lower = _span_mm(spine, above), _span_mm(spine, below)
    if not upper or not lower or min(upper, lower) <= 0:
        return {}
    return {"span": float(np.log(lower / upper))}


def _span_mm(spine: Spine, vertebra: Vertebra) -> float | None:
    tips = []
    for side in Side:
        part = spine.processes.get((vertebra, Process.TRANSVERSE, side))
        if part is None or part.at_edge.any():
            return None
        tips.append(part.points @ rough_frame(spine).left)
    return float(tips[0].max() - tips[1].min())


def _conus(spine: Spine, stated: Sequence[Vertebra]) -> int | None:
    """Which vertebra lies beside the lower end of the cord, if that is in the scan."""
    if spine.cord is None or spine.canal is None:
        return None
    ends = float(spine.cord.points[:, 2].min())
    heights = np.array([spine.vertebrae[name].centroid[2] for name in stated])
    goes_on = float(spine.canal.points[:, 2].min()) < ends - 20.0
    if not goes_on or len(heights) < 3 or ends > heights.max() + 15.0:
        return None
    return int(np.abs(heights - ends).argmin())
