"""Muscles of a mask: each on the side that its label says."""

from collections.abc import Iterator
from itertools import chain, product

from lbp_outcome.anatomy import Muscle, Side
from lbp_outcome.errors import GeometryMismatch
from lbp_outcome.labels._header import leftward_mm
from lbp_outcome.labels._parts import Parts
from lbp_outcome.spine import Structure

Muscles = dict[tuple[Muscle, Side], Structure]


def sided(parts: Parts, scheme: str) -> Muscles:
    """Return the muscles of a mask.

    Raises:
        GeometryMismatch: Those of the left lie on the right in the header.
    """
    muscles = {(name, side): part for name, side, part in parts.muscles()}
    for name in Muscle:
        left, right = muscles.get((name, Side.LEFT)), muscles.get((name, Side.RIGHT))
        if left and right and leftward_mm(left, right) < 0:
            raise GeometryMismatch(
                f"the left {name.value.replace('_', ' ')} lies on the patient's right: "
                f"the header mirrors the image, or the mask is not of scheme {scheme} "
                f"(MuscleMap's older abdominal model counts the sides the other way)"
            )
    return muscles


def misplaced(muscles: Muscles) -> str:
    """Return what contradicts the anatomy of the back, or an empty text."""
    wrong = chain(_unequal(muscles), _wrong_depth(muscles), _wrong_width(muscles))
    return next(wrong, "")


def _unequal(muscles: Muscles) -> Iterator[str]:
    for name in {name for name, _ in muscles}:
        pair = [muscles[name, side] for side in Side if (name, side) in muscles]
        sizes = sorted(part.volume_mm3 for part in pair)
        if len(pair) == 2 and sizes[1] > MOST_UNEQUAL * sizes[0]:
            yield f"one {name} would be much larger than the other"


def _wrong_width(muscles: Muscles) -> Iterator[str]:
    for side, (inner, outer) in product(Side, INNER_TO_OUTER):
        if (inner, side) in muscles and (outer, side) in muscles:
            sign = 1.0 if side is Side.LEFT else -1.0
            if leftward_mm(muscles[outer, side], muscles[inner, side]) * sign < 0:
                yield f"the {side} {outer} would lie nearer to the middle than {inner}"


def _wrong_depth(muscles: Muscles) -> Iterator[str]:
    for side, (front, back) in product(Side, FRONT_TO_BACK):
        if (front, side) in muscles and (back, side) in muscles:
            ahead = muscles[front, side].centroid[1] - muscles[back, side].centroid[1]
            if ahead < 0:
                yield f"the {side} {front} would lie behind {back}"


MOST_UNEQUAL = 5.0
"""No muscle has this many times the volume of its fellow on the other side."""

INNER_TO_OUTER = (
    (Muscle.MULTIFIDUS, Muscle.ERECTOR_SPINAE),
    (Muscle.PSOAS, Muscle.QUADRATUS_LUMBORUM),
)
FRONT_TO_BACK = (
    (Muscle.PSOAS, Muscle.MULTIFIDUS),
    (Muscle.PSOAS, Muscle.ERECTOR_SPINAE),
    (Muscle.ILIOPSOAS, Muscle.DEEP_BACK),
)
