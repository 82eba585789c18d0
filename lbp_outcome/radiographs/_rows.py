"""What a disc shows on X-rays, as rows of the table that all measurements share."""

from collections.abc import Iterator, Mapping

from lbp_outcome.anatomy import Border, Disc, Side
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.radiographs._level import Corner, RadiographLevel
from lbp_outcome.radiographs._scale import SCALES, Scale
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit

UNREAD = "no film shows it, or it was not read"
PLACES = {
    Corner.FRONT_ABOVE: ("xray_osteophyte_front_mm", None, Border.ABOVE),
    Corner.FRONT_BELOW: ("xray_osteophyte_front_mm", None, Border.BELOW),
    Corner.BACK_ABOVE: ("xray_osteophyte_back_mm", None, Border.ABOVE),
    Corner.BACK_BELOW: ("xray_osteophyte_back_mm", None, Border.BELOW),
    Corner.LEFT_ABOVE: ("xray_osteophyte_side_mm", Side.LEFT, Border.ABOVE),
    Corner.LEFT_BELOW: ("xray_osteophyte_side_mm", Side.LEFT, Border.BELOW),
    Corner.RIGHT_ABOVE: ("xray_osteophyte_side_mm", Side.RIGHT, Border.ABOVE),
    Corner.RIGHT_BELOW: ("xray_osteophyte_side_mm", Side.RIGHT, Border.BELOW),
}


def level_rows(level: RadiographLevel, disc: Disc) -> tuple[Measurement, ...]:
    """Return the components of one disc and its grades on every scale.

    The rows are the same, in the same order, for every disc; what is not known has a
    reason. The wording of a scale is the remark of its grades.
    """
    scales = (row for scale in SCALES.values() for row in _graded(scale, level, disc))
    return (*_components(level, disc), *scales)


def _components(level: RadiographLevel, disc: Disc) -> Iterator[Measurement]:
    for name, value, unit in (
        ("xray_height_loss_percent", level.height_loss_percent, Unit.PERCENT),
        ("xray_listhesis_mm", level.slip_mm, Unit.MILLIMETRE),
        ("xray_listhesis_percent", level.slip_percent, Unit.PERCENT),
    ):
        yield _row(name, value, unit, disc)
    for corner, (name, side, border) in PLACES.items():
        length = level.osteophytes_mm.get(corner)
        yield _row(name, length, Unit.MILLIMETRE, disc, side, border)
    for border in Border:
        density = level.sclerosis.get(border)
        yield _row("xray_sclerosis_ratio", density, Unit.RATIO, disc, None, border)


def _graded(scale: Scale, level: RadiographLevel, disc: Disc) -> Iterator[Measurement]:
    found, reason = _table(scale, level)
    for grade in scale.grades:
        value = found.get(grade.name)
        yield Measurement(
            name=f"xray_{grade.name}",
            value=None if value is None else float(value),
            unit=Unit.SCORE,
            level=disc,
            reason=reason,
            remark="" if value is None else scale.wording,
        )


def _table(scale: Scale, level: RadiographLevel) -> tuple[Mapping[str, int], str]:
    try:
        return scale.table(level), ""
    except NotMeasurable as error:
        return {}, str(error)


def _row(
    name: str,
    value: float | None,
    unit: Unit,
    disc: Disc,
    side: Side | None = None,
    border: Border | None = None,
) -> Measurement:
    return Measurement(
        name=name,
        value=None if value is None else float(value),
        unit=unit,
        level=disc,
        side=side,
        part=border,
        reason=UNREAD if value is None else "",
    )
