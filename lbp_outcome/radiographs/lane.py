"""Lane's atlas: narrowing, osteophytes in front, sclerosis, and their summary."""

from lbp_outcome.radiographs._level import FRONT, RadiographLevel
from lbp_outcome.radiographs._scale import SCALES, Grade, Scale, step

NARROWING_PERCENT = (20.0, 33.0, 66.0)
OSTEOPHYTES_MM = (1.0, 3.0, 5.0)
SCLEROSIS = (0.3,)


def lane(level: RadiographLevel) -> dict[str, int]:
    """Return the grades of narrowing, osteophytes (0-3), sclerosis (0-1) and in all.

    Summary: 0 normal, 1 mild narrowing or osteophytes, 2 worse than that in either.

    Raises:
        NotMeasurable: The lateral film did not show one of the three.
    """
    narrowing = step(level.narrowing, NARROWING_PERCENT)
    osteophytes = step(level.longest_at(FRONT), OSTEOPHYTES_MM)
    return {
        "lane_narrowing_grade": narrowing,
        "lane_osteophyte_grade": osteophytes,
        "lane_sclerosis_grade": step(level.densest, SCLEROSIS),
        "lane_summary_grade": min(max(narrowing, osteophytes), 2),
    }


SCALES.add(
    Scale(
        name="lane",
        wording="Lane 1993, limits A (narrowing 20/33/66 %, osteophytes 1/3/5 mm)",
        grades=(
            Grade(name="lane_narrowing_grade", highest=3),
            Grade(name="lane_osteophyte_grade", highest=3),
            Grade(name="lane_sclerosis_grade", highest=1),
            Grade(name="lane_summary_grade", highest=2),
        ),
        table=lane,
        reference="Lane 1993, an atlas of pictures (not checked in the original); the "
        "limits in mm, % and density are assumed.",
    )
)
