from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lbp_outcome.anatomy import Border, Disc
from lbp_outcome.image import Image
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.endplates import Plate, WornSpine
from lbp_outcome.place import Place

L4_L5 = Disc.parse("L4-L5")
THICK = (4.0, 0.8, 0.8)


@cache
def exam(*plates, bright=400.0):
    anatomy = WornSpine(plates=plates, bright=bright)
    return examined(anatomy.draw(grid_around(anatomy, THICK)), anatomy.scheme)


def changed(z, border=Border.ABOVE, **worn):
    return Plate(disc="L4-L5", border=border, z=z, **{"deep_mm": 8.0, **worn})


def found(name, examination, border=Border.ABOVE):
    where = Place(disc=L4_L5, border=border)
    return MEASUREMENTS[name](examination, where)


@pytest.mark.parametrize(
    ("z", "kind"),
    [
        ((-2.0, 2.0), 1),
        ((3.0, 0.0), 2),
        ((3.0, 3.0), 2),
        ((-3.0, -3.0), 3),
        ((0.0, 0.0), 0),
        ((0.0, 3.0), 0),
    ],
)
def test_the_type_follows_from_the_signal_on_t1_and_t2(z, kind):
    assert found("modic_type", exam(changed(z))).value == kind


def test_the_other_side_of_the_disc_is_another_matter():
    examination = exam(changed((-2.0, 2.0)))
    assert found("modic_type", examination, Border.BELOW).value == 0
    assert found("modic_height_percent", examination, Border.BELOW).value == 0
    assert found("modic_index", examination, Border.BELOW).value < 0.1


def test_a_mixed_change_is_remarked():
    front = changed((3.0, 1.0), front_share=0.5)
    record = found("modic_type", exam(changed((-2.0, 2.0)), front))
    assert record.remark == "mixed: types I and II"


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_the_extent_is_the_share_of_the_slab(share):
    record = found("modic_extent_percent", exam(changed((-3, 3), front_share=share)))
    # The front quarter of an ellipse's depth holds a fifth of its area.
    area = {0.25: 19.6, 0.5: 50.0, 1.0: 100.0}[share]
    assert record.value == pytest.approx(area, abs=8)


@pytest.mark.parametrize("deep", [4.0, 9.0])
def test_the_height_is_how_deep_the_change_reaches(deep):
    record = found("modic_height_percent", exam(changed((-3, 3), deep_mm=deep)))
    assert record.value == pytest.approx(100 * deep / 27, abs=6)


@pytest.mark.parametrize(("gain", "offset"), [(0.2, 0.0), (7.0, 0.0)])
def test_the_brightness_of_the_scanner_does_not_matter(gain, offset):
    examination = exam(changed((-2.0, 2.0)))
    t1 = examination.t1
    other = replace(examination, t1=Image(gain * t1.values + offset, t1.affine))
    expected = found("modic_t1_z", examination).value
    assert found("modic_t1_z", other).value == pytest.approx(expected, abs=0.02)


def test_t1_may_lie_on_another_grid_than_t2():
    examination = exam(changed((-3.0, 3.0)))
    anatomy = WornSpine(plates=(changed((-3.0, 3.0)),))
    shifted = anatomy.draw(grid_around(anatomy, (3.7, 0.5, 0.6), turn_deg=(6, 0, 3)))
    other = replace(examination, t1=shifted["t1"])
    # Interpolation smooths the grain that is the measure, so contrast only grows.
    assert found("modic_t1_z", other).value < -2.5
    assert found("modic_type", other).value == 1


def test_a_standardised_image_serves_as_well():
    examination = exam(changed((-2.0, 2.0)))
    t1 = examination.t1
    scores = (t1.values - t1.values.mean()) / t1.values.std()
    other = replace(examination, t1=Image(scores, t1.affine))
    assert found("modic_t1_z", other).value == pytest.approx(-2.0, abs=0.3)


def test_clipped_marrow_is_remarked():
    examination = exam(changed((-2.0, 2.0)))
    t1 = examination.t1
    top = float(np.quantile(t1.values[t1.values > 400], 0.7))
    clipped = replace(examination, t1=Image(np.minimum(t1.values, top), t1.affine))
    assert "clipped in the T1 image" in found("modic_t1_z", clipped).remark
    assert "clipped in the T1 image" in found("modic_type", clipped).remark
    assert found("modic_t2_z", clipped).remark == ""


def test_an_image_that_shows_other_places_gives_a_reason():
    examination = exam(changed((-2.0, 2.0)))
    away = examination.t1.affine.copy()
    away[2, 3] += 500
    other = replace(examination, t1=Image(examination.t1.values, away))
    reason = found("modic_type", other).reason
    assert reason == "the body of L4 lies outside the T1 image"


BOTH = tuple(changed((-2.0, 2.0), border) for border in Border)
ERODED = replace(BOTH[0], pit_mm=(7.0, 4.0))


@pytest.mark.parametrize(
    ("plates", "bright", "flag"),
    [
        (BOTH, 600.0, 1),
        ((ERODED, BOTH[1]), 150.0, 1),
        (BOTH, 150.0, 0),
        (BOTH[:1], 600.0, 0),
        ((), 600.0, 0),
    ],
)
def test_infection_needs_oedema_on_both_sides_and_one_more_sign(plates, bright, flag):
    examination = exam(*plates, bright=bright)
    record = MEASUREMENTS["infection_red_flag"](examination, Place(disc=L4_L5))
    assert record.value == flag
    assert record.remark.startswith("refer, do not predict") == bool(flag)
