"""Leg and back pain marked on a line of 100 mm."""

from lbp_outcome.questionnaires import QUESTIONNAIRES, Line, Questionnaire, Scale
from lbp_outcome.units import Unit

PAIN_VAS = QUESTIONNAIRES.add(
    Questionnaire(
        name="pain_vas",
        title="Visual analogue scale for leg and back pain",
        allowed=dict.fromkeys(("leg_pain", "back_pain"), Line(low=0, high=100)),
        scales=tuple(
            Scale(
                name=item,
                title=item.replace("_", " ").capitalize(),
                items=(item,),
                max_missing=0,
                best=0,
                worst=100,
                unit=Unit.MILLIMETRE,
            )
            for item in ("leg_pain", "back_pain")
        ),
        reference="Huskisson, Lancet 1974;304:1127",
        worked_example=(
            {"leg_pain": 62.0, "back_pain": 55.0},
            {"leg_pain": 62.0, "back_pain": 55.0},
        ),
    )
)
