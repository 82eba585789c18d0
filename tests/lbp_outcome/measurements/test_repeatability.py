import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import measure, measure_repeatedly
from lbp_outcome.phantoms import AnalyticSpine, grid_around

ANATOMY = AnalyticSpine()
NAMES = ("disc_height_mm", "disc_csf_signal_ratio")
L4_L5 = Disc.parse("L4-L5")


def examination(spacing):
    mask = ANATOMY.mask(grid_around(ANATOMY, spacing))
    return Examination(spine=LABEL_SCHEMES["spider"].read(mask))


def height(spacing):
    found = measure_repeatedly(examination(spacing), NAMES, repeats=4)
    return next(m for m in found if (m.name, m.level) == ("disc_height_mm", L4_L5))


def test_values_are_those_of_the_undisturbed_segmentation():
    scan = examination((1.2, 1.2, 1.2))
    plain = {(m.name, m.level): m.value for m in measure(scan, NAMES)}
    for found in measure_repeatedly(scan, NAMES, repeats=3):
        assert found.value == plain[found.name, found.level]


def test_coarser_voxels_repeat_worse():
    fine, coarse = height((1.0, 1.0, 1.0)), height((3.0, 2.0, 2.0))
    assert 0.0 < fine.repeatability < coarse.repeatability


def test_what_cannot_be_measured_has_no_repeatability():
    found = measure_repeatedly(examination((1.2, 1.2, 1.2)), NAMES, repeats=3)
    missing = [m for m in found if m.value is None]
    assert missing
    assert {m.repeatability for m in missing} == {None}


def test_the_same_seed_gives_the_same_number():
    scan = examination((1.5, 1.5, 1.5))
    first, second = (measure_repeatedly(scan, NAMES[:1], repeats=3) for _ in range(2))
    assert first == second
    other = measure_repeatedly(scan, NAMES[:1], repeats=3, seed=50)
    assert other[-1].repeatability != pytest.approx(first[-1].repeatability)
