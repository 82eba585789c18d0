"""Kellgren-Lawrence grade of a disc, 0 to 4: osteophytes first, then narrowing."""

from lbp_outcome.radiographs._level import RadiographLevel
from lbp_outcome.radiographs._scale import SCALES, Grade, Scale

SMALL_MM, DEFINITE_MM, LARGE_MM = 1.0, 3.0, 5.0
DEFINITE_PERCENT, MARKED_PERCENT = 20.0, 50.0
MARKED_SCLEROSIS = 0.6


def kellgren_lawrence(level: RadiographLevel) -> dict[str, int]:
    """Return the grade: 0 none, 1 doubtful, 2 mild, 3 moderate, 4 severe.

    Raises:
        NotMeasurable: The disc's height or every osteophyte is unknown.
    """
    spur, narrowing = level.longest_osteophyte, level.narrowing
    if narrowing >= MARKED_PERCENT and (spur >= LARGE_MM or _marked(level)):
        grade = 4
    elif spur >= DEFINITE_MM:
        grade = 3 if narrowing >= DEFINITE_PERCENT else 2
    else:
        grade = int(spur >= SMALL_MM)
    return {"kellgren_lawrence_grade": grade}


def _marked(level: RadiographLevel) -> bool:
    return level.densest >= MARKED_SCLEROSIS


SCALES.add(
    Scale(
        name="kellgren_lawrence",
        wording="KL lumbar, limits A (narrowing 20/50 %, osteophytes 1/3/5 mm)",
        grades=(Grade(name="kellgren_lawrence_grade", highest=4),),
        table=kellgren_lawrence,
        reference="Lumbar wording as commonly printed (not checked in the original); "
        "two wordings differ at grade 2, this one does not ask for narrowing there. "
        "The limits in mm, % and density are assumed.",
    )
)
