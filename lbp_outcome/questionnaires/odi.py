"""Oswestry Disability Index, version 2.1a: ten sections answered from 0 to 5.

Section 8 (sex life) may be left out. The mistake to avoid: dividing by 50 whatever was
answered; the index is the share of the points that the answered sections can give.
"""

from lbp_outcome.questionnaires import QUESTIONNAIRES, Choices, Questionnaire, Scale
from lbp_outcome.units import Unit

SECTIONS = tuple(f"odi_{section}" for section in range(1, 11))
OPTIONAL = "odi_8"

ODI = QUESTIONNAIRES.add(
    Questionnaire(
        name="odi",
        title="Oswestry Disability Index",
        allowed=dict.fromkeys(SECTIONS, Choices(codes=(0, 1, 2, 3, 4, 5))),
        scales=(
            Scale(
                name="odi",
                title="Disability (ODI)",
                items=SECTIONS,
                max_missing=2,
                best=0,
                worst=100,
                factor=20,
                unit=Unit.PERCENT,
            ),
        ),
        reference="Fairbank & Pynsent, Spine 2000;25:2940; at most two blanks by "
        "convention, uncertain",
        worked_example=(
            dict(
                zip(
                    (section for section in SECTIONS if section != OPTIONAL),
                    (3, 1, 2, 2, 1, 3, 1, 2, 1),
                    strict=True,
                )
            ),
            {"odi": 100 * 16 / 45},
        ),
    )
)
