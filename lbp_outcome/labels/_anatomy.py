"""Can a spine be as a label scheme reads it?"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.spine import Spine, Structure, column

STOREY_MM = {
    Vertebra.C1: (9.0, 28.0),
    Vertebra.T1: (13.0, 32.0),
    Vertebra.T6: (15.0, 40.0),
    Vertebra.T11: (18.0, 48.0),
    Vertebra.L2: (24.0, 54.0),
    Vertebra.S1: (20.0, 85.0),
}
"""Least and largest distance of the centres of a vertebra (or disc) and the next one
above it, from that level down [mm]. In 60 lumbar pairs of real scans it was 29 to 44;
a sacrum may be segmented down to its tip."""

VOLUME_MM3 = {"vertebra": (2_000.0, 260_000.0), "disc": (300.0, 45_000.0)}
"""Smallest and largest volume of one vertebra, with arch, or disc [mm3]."""

BEHIND_MM = (4.0, 60.0)
"""The middle of the canal lies this far behind the middles of discs or bodies [mm]."""

BESIDE_MM = 8.0
TALLEST_MM = 110.0
"""No vertebra with its processes is taller, unless it lies in a strange place [mm]."""

MOST_TURNED = 0.3
"""Cosine of the angle between neighbouring steps of a spine that turns too sharply."""


def misfit(spine: Spine) -> str:
    """Return what contradicts the anatomy in a spine as it was read, or empty."""
    for problem in (_sizes, _heights, _storeys, _turns, _canal):
        found = next(problem(spine), "")
        if found:
            return found
    return ""


def _sizes(spine: Spine) -> Iterator[str]:
    for kind, parts in (("vertebra", spine.vertebrae), ("disc", spine.discs)):
        low, high = VOLUME_MM3[kind]
        for name, part in parts.items():
            cut = bool(part.at_edge.any())
            if part.volume_mm3 > high or (part.volume_mm3 < low and not cut):
                yield f"{name} would be a {kind} of {part.volume_mm3 / 1000:.2g} cm3"
    for disc, part in spine.discs.items():
        bone = spine.vertebrae.get(disc.upper)
        if bone and not bone.at_edge.any() and part.volume_mm3 > bone.volume_mm3:
            yield f"disc {disc} would be larger than {disc.upper}"


def _heights(spine: Spine) -> Iterator[str]:
    """One vertebra or disc is no column."""
    for name, part in spine.head_first:
        span = np.ptp(part.points[:, 2])
        if span > TALLEST_MM and name is not Vertebra.S1:
            yield f"{name} would be {span:.0f} mm tall"


def _storeys(spine: Spine) -> Iterator[str]:
    """Neighbours by name are neighbours in space, and as far apart as they should."""
    levels = column(spine.named)
    for series in _series(spine):
        for upper, lower in pairwise(sorted(series, key=lambda name: name.order)):
            steps = levels.index(lower) - levels.index(upper)
            apart = _distance(series[upper], series[lower]) / steps
            low, high = _storey(lower)
            if not low <= apart <= high:
                yield (
                    f"{upper} and {lower} would be {apart * steps:.0f} mm apart, "
                    f"{steps} level{'s' if steps > 1 else ''}"
                )


def _storey(lower: Vertebra) -> tuple[float, float]:
    return next(
        reach for top, reach in reversed(STOREY_MM.items()) if lower.order >= top.order
    )


def _turns(spine: Spine) -> Iterator[str]:
    """A spine bends, but the next vertebra is not beside the last one."""
    for series in _series(spine):
        names = [n for n in series if n is not Vertebra.S1]
        for upper, lower in pairwise(sorted(names, key=lambda name: name.order)):
            step = series[upper].centroid - series[lower].centroid
            if step[2] < MOST_TURNED * np.linalg.norm(step):
                yield f"{lower} would not lie below {upper}"


def _series(spine: Spine) -> tuple[Mapping[Vertebra, Structure], ...]:
    """Vertebrae, and discs by the vertebra below."""
    return spine.vertebrae, {disc.lower: part for disc, part in spine.discs.items()}


def _canal(spine: Spine) -> Iterator[str]:
    """The canal runs behind the discs, or behind the bodies."""
    bones = spine.corpora or spine.vertebrae
    parts = list(spine.discs.values()) or list(bones.values())
    canal = spine.canal or spine.cord
    if canal is None or not parts:
        return
    depth = [_behind(part.centroid, canal.points) for part in parts]
    seen = [mm for mm in depth if mm is not None]
    if not seen:
        yield "the canal would not lie beside the spine"
    elif not BEHIND_MM[0] * (not _arched(spine)) <= np.median(seen) <= BEHIND_MM[1]:
        yield "the canal would not lie behind the vertebrae and discs"


def _arched(spine: Spine) -> bool:
    """Whether only whole vertebrae are there, whose middle is near the canal."""
    return not (spine.discs or spine.corpora)


def _behind(
    centre: Float[np.ndarray, "3"], canal: Float[np.ndarray, "_ 3"]
) -> float | None:
    beside = np.abs(canal[:, 2] - centre[2]) < BESIDE_MM
    return float(centre[1] - canal[beside, 1].mean()) if beside.any() else None


def _distance(one: Structure, other: Structure) -> float:
    return float(np.linalg.norm(one.centroid - other.centroid))
