"""Grades and counts of central stenosis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._lee_proxy import CUT_OFFS_MM2, chance_of, grade
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place


def seen(*canals, spacing=(0.8, 0.8, 0.8)):
    anatomy = AnalyticSpine(segments=tuple(Segment(canal_mm=size) for size in canals))
    mask = anatomy.mask(grid_around(anatomy, spacing))
    return Examination(spine=LABEL_SCHEMES["spider"].read(mask))


def test_the_stenosed_tube_of_the_domain_is_severe_and_the_healthy_one_is_not():
    # 6.5 x 3.5 mm: 71.5 mm2, below 75; 8 x 6 mm: 150.8 mm2.
    examination = seen((8.0, 6.0), (6.5, 3.5), (8.0, 6.0))
    grades = {
        disc: MEASUREMENTS["stenosis_lee_proxy_grade"](examination, Place(disc=disc))
        for disc in (Disc.parse("L4-L5"), Disc.parse("L3-L4"))
    }
    severe, healthy = grades.values()
    assert (severe.value, healthy.value) == (3.0, 0.0)
    assert severe.remark.startswith("probability of grade >= 2: 0.7")
    assert healthy.remark.startswith("probability of grade >= 2: 0.1")


@given(area=st.floats(5.0, 400.0))
@settings(max_examples=60, deadline=None)
def test_chances_fall_with_the_grade_and_the_grade_is_their_median(area):
    chances = [chance_of(k, area) for k in (1, 2, 3)]
    assert chances == sorted(chances, reverse=True)
    assert grade(area) == sum(chance > 0.5 for chance in chances)


def test_the_steepness_is_that_of_the_published_groups():
    # Two normal groups with the published means and their mean variance: the chance
    # of being a patient, half way between them, changes like the model's chance.
    variance = (53.6**2 + 35.4**2) / 2
    odds = lambda area: (  # noqa: E731
        ((area - 151.7) ** 2 - (area - 80.0) ** 2) / (2 * variance)
    )
    model = [np.log(p / (1 - p)) for p in (chance_of(2, 90.0), chance_of(2, 60.0))]
    assert model[1] - model[0] == pytest.approx(odds(60.0) - odds(90.0))
    assert all(chance_of(k, cut) == 0.5 for k, cut in enumerate(CUT_OFFS_MM2, start=1))


def test_narrow_levels_are_counted_and_named():
    examination = seen((8.0, 6.0), (6.5, 3.5), (7.5, 4.0))
    record = MEASUREMENTS["stenosis_level_count"](examination, Place())
    assert record.value == 2
    assert record.remark == "L3-L4, L4-L5 (below 75 mm2) of 3 levels measured"


def test_a_small_person_is_not_stenotic_by_the_ratio_to_the_pedicles():
    """The area alone calls a canal narrow that is as wide at the disc as elsewhere."""
    examination = seen((8.0, 6.0), (6.5, 3.5), (8.0, 6.0))
    ratio = MEASUREMENTS["canal_area_to_pedicle_ratio"]
    assert ratio.value(examination, Place(disc=Disc.parse("L3-L4"))) > 0.9
    assert ratio.value(examination, Place(disc=Disc.parse("L4-L5"))) < 0.55
