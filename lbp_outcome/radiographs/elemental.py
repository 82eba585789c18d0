"""The elemental system: osteophytes, narrowing, sclerosis and slip, 0 to 2 each."""

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.radiographs._level import RadiographLevel
from lbp_outcome.radiographs._scale import SCALES, Grade, Scale, step

OSTEOPHYTES_MM = (1.0, 3.0)
NARROWING_PERCENT = (20.0, 50.0)
SCLEROSIS = (0.2, 0.6)
SLIP_MM, SLIP_PERCENT = 3.0, 25.0


def elemental(level: RadiographLevel) -> dict[str, int]:
    """Return the four elements and their sum, 0 to 8.

    Raises:
        NotMeasurable: One of the four is unknown.
    """
    found = {
        "elemental_osteophyte_grade": step(level.longest_osteophyte, OSTEOPHYTES_MM),
        "elemental_narrowing_grade": step(level.narrowing, NARROWING_PERCENT),
        "elemental_sclerosis_grade": step(level.densest, SCLEROSIS),
        "elemental_slip_grade": _slip(level),
    }
    return found | {"elemental_sum": sum(found.values())}


def _slip(level: RadiographLevel) -> int:
    """0 none, 1 up to a quarter of the endplate, 2 beyond; either direction counts."""
    if level.slip_mm is None or level.slip_percent is None:
        raise NotMeasurable("the slip of the vertebra above was not measured")
    if abs(level.slip_mm) < SLIP_MM:
        return 0
    return 1 + int(abs(level.slip_percent) >= SLIP_PERCENT)


SCALES.add(
    Scale(
        name="elemental",
        wording="elemental 2022, limits A (osteophytes 1/3 mm, narrowing 20/50 %, "
        "slip 3 mm/25 %)",
        grades=(
            Grade(name="elemental_osteophyte_grade", highest=2),
            Grade(name="elemental_narrowing_grade", highest=2),
            Grade(name="elemental_sclerosis_grade", highest=2),
            Grade(name="elemental_slip_grade", highest=2),
            Grade(name="elemental_sum", highest=8),
        ),
        table=elemental,
        reference="PMID 35763521 (abstract): four elements of 0 to 2, summed; the "
        "limits in mm, % and density are assumed.",
    )
)
