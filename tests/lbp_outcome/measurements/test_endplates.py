import pytest

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.endplates import WORN
from lbp_outcome.place import Place

L3_L4, L4_L5, L5_S1 = (Disc.parse(name) for name in ("L3-L4", "L4-L5", "L5-S1"))
EXAM = examined(WORN.draw(grid_around(WORN, (4.0, 0.8, 0.8))), WORN.scheme)


def found(name, disc, border):
    return MEASUREMENTS[name](EXAM, Place(disc=disc, border=border))


def test_the_endplate_above_a_disc_is_the_lower_end_of_the_upper_vertebra():
    assert found("endplate_depth_mm", L4_L5, Border.ABOVE).value > 3
    assert found("endplate_depth_mm", L4_L5, Border.BELOW).value < 1
    assert found("endplate_depth_mm", L3_L4, Border.ABOVE).value < 1


def test_waves_are_rough_but_no_hollow():
    rough = found("endplate_roughness_mm", L3_L4, Border.BELOW).value
    assert rough > 3 * found("endplate_roughness_mm", L4_L5, Border.BELOW).value
    assert abs(found("endplate_concavity_mm", L3_L4, Border.BELOW).value) < 0.6


def test_an_intact_endplate_has_no_defect_area():
    assert found("endplate_defect_area_mm2", L4_L5, Border.BELOW).value == 0
    assert found("endplate_defect_area_mm2", L5_S1, Border.ABOVE).value == 0


def test_the_sacrum_that_spider_does_not_label_has_no_relief():
    record = found("endplate_depth_mm", L5_S1, Border.BELOW)
    assert record.value is None
    assert record.reason == "S1 is not segmented"


def test_each_place_is_measured_once_above_and_below_each_disc():
    places = list(MEASUREMENTS["endplate_depth_mm"].places(EXAM.spine))
    assert len(places) == 2 * len(EXAM.spine.levels)
    assert pytest.approx(4.0, abs=1.2) == max(
        record.value or 0
        for record in (MEASUREMENTS["endplate_depth_mm"](EXAM, p) for p in places)
    )
