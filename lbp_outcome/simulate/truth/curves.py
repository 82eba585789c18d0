"""What is true of the curves of the whole spine."""

from collections.abc import Collection, Iterator
from itertools import combinations

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.truth.axes import PATIENT_BACK, PATIENT_LEFT, true_lean
from lbp_outcome.simulate.truth.value import true_value


def of_curves(
    anatomy: Anatomy, complete: Collection[VertebraShape]
) -> Iterator[Measurement]:
    """Yield lordosis, and the largest coronal angle between whole vertebrae."""
    sacrum = anatomy.sacrum.segments[0]
    first = anatomy.vertebra(Vertebra.L1)
    yield true_value("lumbar_lordosis_deg", _angle(first, (sacrum, True)))
    below = {bone.name: bone for bone in anatomy.vertebrae}
    if Vertebra.L4 in below:
        angle = _angle(below[Vertebra.L4], (sacrum, True))
        yield true_value("lumbar_lordosis_l4_s1_deg", angle)
    if Vertebra.L5 in below:
        angle = _angle(first, (below[Vertebra.L5], False))
        yield true_value("lumbar_lordosis_l1_l5_deg", angle)
    yield true_value("cobb_deg", _cobb(complete))


def _angle(top: VertebraShape, bottom: tuple[VertebraShape, bool]) -> float:
    """Sagittal angle from an upper endplate to that below, of which `True` is upper."""
    bone, upper = bottom
    above = true_lean(top, top=True, towards=PATIENT_BACK)
    return above - true_lean(bone, top=upper, towards=PATIENT_BACK)


def _cobb(bones: Collection[VertebraShape]) -> float:
    angles = [
        true_lean(above, top=True, towards=PATIENT_LEFT)
        - true_lean(below, top=False, towards=PATIENT_LEFT)
        for above, below in combinations(bones, 2)
    ]
    return max(map(abs, angles))
