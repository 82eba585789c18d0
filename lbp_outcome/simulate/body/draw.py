"""From a patient's causes to a patient's anatomy."""

import numpy as np

from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.cauda import float_nerves
from lbp_outcome.simulate.body.column import stack_column
from lbp_outcome.simulate.body.epidural import pad_with_fat
from lbp_outcome.simulate.body.facets import fit_joints
from lbp_outcome.simulate.body.muscles import grow_muscles
from lbp_outcome.simulate.body.passages import narrow_passages
from lbp_outcome.simulate.body.sac import lay_sac
from lbp_outcome.simulate.people.patients import Patients


def draw_anatomy(
    patient: Patients, rng: np.random.Generator, *, asymmetric: bool = False
) -> Anatomy:
    """Draw the anatomy of one patient whose causes are given.

    Causes are honoured exactly: sac area, fat share of the multifidus, grade of the
    operated disc, loops of the roots and epidural fat. All else varies by chance, with
    age, sex and body mass as in the clinic. With the same random stream, two patients
    who differ in one cause differ in what that cause shows, and in little else.

    Args:
        patient: One patient.
        rng: Makes the anatomy repeatable; every part has a stream of its own.
        asymmetric: Make the muscles of one side clearly worse than those of the other.
    """
    for_column, for_sac, for_fat, for_nerves, for_joints, for_muscles = rng.spawn(6)
    vertebrae, discs, sacrum = stack_column(patient, for_column)
    sac = lay_sac(patient, vertebrae, discs, sacrum, for_sac)
    joints = fit_joints(patient, discs, for_joints)
    return Anatomy(
        vertebrae=vertebrae,
        discs=discs,
        sacrum=sacrum,
        sac=sac,
        nerves=float_nerves(patient, sac, vertebrae, discs, for_nerves),
        fat_pads=pad_with_fat(patient, sac, discs, for_fat),
        joints=joints,
        passages=narrow_passages(patient, discs, joints, for_joints),
        soft=grow_muscles(patient, for_muscles, asymmetric=asymmetric),
        operated_level=patient.level_of(0),
    )
