"""Leg and back pain from 0 to 10, scored in the millimetres of a 100 mm line.

A cohort uses either this or `pain_vas`; both give the scores `leg_pain` and
`back_pain`, so that a 0-10 answer is never read as 0-100.
"""

from lbp_outcome.questionnaires import QUESTIONNAIRES, Choices, Questionnaire, Scale
from lbp_outcome.units import Unit

PAIN_NRS = QUESTIONNAIRES.add(
    Questionnaire(
        name="pain_nrs",
        title="Numeric rating scale for leg and back pain",
        allowed=dict.fromkeys(
            ("leg_pain_nrs", "back_pain_nrs"), Choices(codes=tuple(range(11)))
        ),
        scales=tuple(
            Scale(
                name=name,
                title=name.replace("_", " ").capitalize(),
                items=(f"{name}_nrs",),
                max_missing=0,
                best=0,
                worst=100,
                factor=10,
                unit=Unit.MILLIMETRE,
            )
            for name in ("leg_pain", "back_pain")
        ),
        reference="Childs, Spine 2005;30:1331",
        worked_example=(
            {"leg_pain_nrs": 7, "back_pain_nrs": 0},
            {"leg_pain": 70.0, "back_pain": 0.0},
        ),
    )
)
