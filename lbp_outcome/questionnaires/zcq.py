"""Zurich Claudication Questionnaire (Swiss Spinal Stenosis questionnaire)."""

from lbp_outcome.questionnaires import QUESTIONNAIRES, Choices, Questionnaire, Scale

SYMPTOMS = tuple(f"zcq_{item}" for item in range(1, 8))
FUNCTION = tuple(f"zcq_{item}" for item in range(8, 13))
SATISFACTION = tuple(f"zcq_{item}" for item in range(13, 19))
BALANCE = "zcq_7"  # three boxes are printed on the form, coded 1, 3 and 5

ZCQ = QUESTIONNAIRES.add(
    Questionnaire(
        name="zcq",
        title="Zurich Claudication Questionnaire",
        allowed={
            **dict.fromkeys(SYMPTOMS, Choices(codes=(1, 2, 3, 4, 5))),
            BALANCE: Choices(codes=(1, 3, 5)),
            **dict.fromkeys(FUNCTION, Choices(codes=(1, 2, 3, 4))),
            **dict.fromkeys(SATISFACTION, Choices(codes=(1, 2, 3, 4))),
        },
        scales=(
            Scale(
                name="zcq_symptom_severity",
                title="Symptom severity (ZCQ)",
                items=SYMPTOMS,
                max_missing=2,
                best=1,
                worst=5,
            ),
            Scale(
                name="zcq_physical_function",
                title="Limits of physical function (ZCQ)",
                items=FUNCTION,
                max_missing=1,
                best=1,
                worst=4,
            ),
            Scale(
                name="zcq_satisfaction",
                title="Dissatisfaction (ZCQ)",
                items=SATISFACTION,
                max_missing=1,
                best=1,
                worst=4,
                after_surgery_only=True,
            ),
        ),
        reference="Stucki, Spine 1996;21:796; codes and missing rule: AO Foundation, "
        "Stata module zcq, 2012",
        worked_example=(
            dict(
                zip(
                    SYMPTOMS + FUNCTION + SATISFACTION[:5],
                    (4, 4, 3, 4, 3, 2, 3, 3, 4, 3, 2, 1, 1, 2, 2, 1, 2),
                    strict=True,
                )
            ),
            {
                "zcq_symptom_severity": 23 / 7,
                "zcq_physical_function": 2.6,
                "zcq_satisfaction": 1.6,
            },
        ),
    )
)
