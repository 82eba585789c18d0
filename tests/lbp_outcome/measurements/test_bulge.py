from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._bulge import HERNIATED
from lbp_outcome.measurements._herniation import MIGRATED, focal
from lbp_outcome.measurements.disc_bulge_max_mm import clock
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.bulge import FINE_DEG, BulgingSpine
from lbp_outcome.place import Place

NORMAL_SCAN = (4.0, 0.7, 0.7)
QUADRANTS = [
    f"disc_bulge_{side}_mm" for side in ("anterior", "left", "posterior", "right")
]


@cache
def examination(anatomy):
    grid = grid_around(anatomy, NORMAL_SCAN, axes="PIR")
    return examined(anatomy.draw(grid), anatomy.scheme)


def record(name, anatomy):
    return MEASUREMENTS[name](examination(anatomy), Place(disc=anatomy.disc))


def test_the_four_quadrants_make_up_the_mean():
    parts = [record(name, HERNIATED).value for name in QUADRANTS]
    mean = record("disc_bulge_mean_mm", HERNIATED).value
    assert np.mean(parts) == pytest.approx(mean, abs=0.05)


def test_left_and_right_are_the_patients_own():
    mirrored = replace(HERNIATED, bump_at_deg=60.0)
    left, right = (
        record(f"disc_bulge_{s}_mm", mirrored).value for s in ("left", "right")
    )
    assert left > right + 0.5
    assert "4 o'clock" in record("disc_bulge_max_mm", mirrored).remark


@pytest.mark.parametrize(("angle", "hour"), [(0, 6), (89, 3), (180, 12), (-91, 9)])
def test_the_clock_is_read_as_on_an_axial_image(angle, hour):
    assert clock(float(angle)) == hour


def test_an_even_bulge_is_no_herniation_however_deep():
    even = BulgingSpine(offset_mm=4.0)
    assert record("herniation_proxy_grade", even).value == 0
    assert record("herniation_depth_mm", even).value < 0.6
    assert "no focal" in record("herniation_ratio", even).reason
    assert record("disc_bulge_angle_deg", even).value == 360


@pytest.mark.parametrize(
    ("anatomy", "grade"),
    [
        (BulgingSpine(offset_mm=0.0), 0),
        (HERNIATED, 1),
        (BulgingSpine(offset_mm=0.0, bump_mm=4.0, bump_half_deg=110.0), 0),
        (MIGRATED, 2),
        (replace(MIGRATED, migration_mm=6.0), 2),
    ],
    ids=["nothing", "focal", "over a quarter", "moved down", "moved up"],
)
def test_grades_follow_the_nomenclature(anatomy, grade):
    assert record("herniation_proxy_grade", anatomy).value == grade


def test_migration_has_the_sign_of_its_direction():
    upwards = replace(MIGRATED, migration_mm=6.0)
    assert record("herniation_migration_mm", upwards).value == pytest.approx(6, abs=1)
    assert record("herniation_migration_mm", MIGRATED).value == pytest.approx(-7, abs=1)
    assert record("herniation_migration_mm", HERNIATED).value == 0


def test_a_focal_displacement_says_on_which_side_it_lies():
    found = focal(examination(HERNIATED).spine, HERNIATED.disc)
    assert found.at_deg == pytest.approx(20, abs=6)
    assert found.where.endswith("to the left")


def test_the_phantom_agrees_with_its_own_formulas():
    # A bump shaped like a raised cosine holds height x half width of degrees.
    mean = HERNIATED.offset_mm + HERNIATED.bump_mm * HERNIATED.bump_half_deg / 360
    assert HERNIATED.mean_mm() == pytest.approx(mean, abs=1e-3)
    beyond = HERNIATED.beyond_mm(FINE_DEG)
    wide = np.ptp(FINE_DEG[beyond > 1.5])
    assert HERNIATED.extent_deg(1.5) == pytest.approx(wide, abs=0.2)
