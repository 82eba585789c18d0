"""EQ-5D-5L, valued by the Dutch public: five dimensions answered from 1 to 5.

The older form with three answers per dimension has another tariff: its answers must
not be entered here, where 2 and 3 mean milder problems.
"""

from lbp_outcome.questionnaires import (
    QUESTIONNAIRES,
    Choices,
    Questionnaire,
    Scale,
    Tariff,
)

DIMENSIONS = tuple(f"eq5d_{dimension}" for dimension in range(1, 6))
"""Mobility, self-care, usual activities, pain or discomfort, anxiety or depression."""

DUTCH = Tariff(
    losses=dict(
        zip(
            DIMENSIONS,
            (
                (0.035, 0.057, 0.166, 0.203),
                (0.038, 0.061, 0.168, 0.168),
                (0.039, 0.087, 0.192, 0.192),
                (0.066, 0.092, 0.360, 0.415),
                (0.070, 0.145, 0.356, 0.421),
            ),
            strict=True,
        )
    ),
    any_problem=0.047,
)
"""Versteegh, Value Health 2016;19:343."""

EQ5D = QUESTIONNAIRES.add(
    Questionnaire(
        name="eq5d",
        title="EQ-5D-5L",
        allowed=dict.fromkeys(DIMENSIONS, Choices(codes=(1, 2, 3, 4, 5))),
        scales=(
            Scale(
                name="eq5d_index",
                title="Health (EQ-5D index)",
                items=DIMENSIONS,
                max_missing=0,
                best=1,
                worst=-0.446,
                rule=DUTCH,
            ),
        ),
        reference="Versteegh, Value Health 2016;19:343",
        worked_example=(
            dict(zip(DIMENSIONS, (5, 5, 5, 1, 1), strict=True)),
            {"eq5d_index": 0.390},
        ),
    )
)
