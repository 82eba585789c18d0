"""Can a spine be as a label scheme reads it?"""

from collections.abc import Iterator, Mapping
from itertools import chain, pairwise

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc, Vertebra
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

TALLER, LARGER, FEWEST = 1.4, 1.7, 3
"""No vertebra is so many times as tall, and has so many times the volume, as the usual
one of at least three. In 72 spines it was up to 1.23 times as tall; one that slips
and tilts may be 1.5 times as tall, but is no larger."""

UP = np.array([0.0, 0.0, 1.0])

MOST_TURNED = 0.3
"""Cosine of the angle between neighbouring steps of a spine that turns too sharply."""


def misfit(spine: Spine) -> str:
    """Return what contradicts the anatomy in a spine as it was read, or empty."""
    for problem in (_sizes, _heights, _storeys, _turns, _canal):
        found = next(problem(spine), "")
        if found:
            return found
    return ""


def too_large(spine: Spine) -> str:
    """Return which vertebra or disc is larger than any, or an empty text."""
    large = chain(
        _large("vertebra", spine.vertebrae), _large("disc", spine.discs), _tall(spine)
    )
    return next(large, "")


def storey_mm(spine: Spine) -> float | None:
    """Return the usual distance from one level to the next [mm]; None for one level."""
    levels = column(spine.named)
    apart = [
        _distance(series[upper], series[lower])
        / (levels.index(lower) - levels.index(upper))
        for series in _series(spine)
        for upper, lower in pairwise(sorted(series, key=lambda name: name.order))
    ]
    return float(np.median(apart)) if apart else None


def canal_behind_mm(spine: Spine) -> float | None:
    """Return how far behind discs or bodies the canal lies [mm]; None without one."""
    bones = spine.corpora or spine.vertebrae
    parts = list(spine.discs.values()) or list(bones.values())
    canal = spine.canal or spine.cord
    if canal is None:
        return None
    depth = [_behind(part.centroid, canal.points) for part in parts]
    seen = [mm for mm in depth if mm is not None]
    return float(np.median(seen)) if seen else None


def _large(
    kind: str, parts: Mapping[Vertebra, Structure] | Mapping[Disc, Structure]
) -> Iterator[str]:
    for name, part in parts.items():
        if part.volume_mm3 > VOLUME_MM3[kind][1]:
            yield f"{name} would be a {kind} of {part.volume_mm3 / 1000:.0f} cm3"


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
    yield from _tall(spine)
    yield from _doubled(spine)


def _tall(spine: Spine) -> Iterator[str]:
    for name, part in spine.head_first:
        span = np.ptp(part.points[:, 2])
        if span > TALLEST_MM and name is not Vertebra.S1:
            yield f"{name} would be {span:.0f} mm tall"


def _doubled(spine: Spine) -> Iterator[str]:
    """One label over two vertebrae: both taller and larger than the others."""
    whole = [
        (name, part, float(np.ptp(part.points[:, 2])))
        for name, part in spine.vertebrae.items()
        if name is not Vertebra.S1 and not (part.meets_edge(UP) or part.meets_edge(-UP))
    ]
    if len(whole) < FEWEST:
        return
    tall = float(np.median([span for _, _, span in whole]))
    large = float(np.median([part.volume_mm3 for _, part, _ in whole]))
    for name, part, span in whole:
        if span > TALLER * tall and part.volume_mm3 > LARGER * large:
            yield f"{name} would be {span:.0f} mm tall, the others {tall:.0f} mm"


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
    if not (spine.canal or spine.cord) or not (spine.discs or spine.vertebrae):
        return
    depth = canal_behind_mm(spine)
    if depth is None:
        yield "the canal would not lie beside the spine"
    elif not BEHIND_MM[0] * (not _arched(spine)) <= depth <= BEHIND_MM[1]:
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
