"""The stand-in for the Pfirrmann grade keeps its cut-points and says what it is."""

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._disc_grade import grade_of
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place

GRADE, BLACK = (
    MEASUREMENTS[name] for name in ("pfirrmann_proxy_grade", "black_disc_proxy_grade")
)
ANATOMY = AnalyticSpine(segments=(Segment(), Segment(height_mm=10), Segment()))
MASK = ANATOMY.mask(grid_around(ANATOMY, (4.0, 0.9, 0.9)))
SPINE = LABEL_SCHEMES["spider"].read(MASK)
AT = Place(disc=Disc.parse("L4-L5"))


def seen(disc, noise=0.01, highest=np.inf):
    """An examination whose discs have this signal, fluid being 1000."""
    t2 = ANATOMY.t2(MASK, noise=noise)
    t2.values[MASK.values > 200] *= disc / 400
    clipped = np.minimum(t2.values, highest).astype(np.float32)
    return Examination(spine=SPINE, t2=Image(clipped, t2.affine))


@pytest.mark.parametrize(
    ("ratio", "grade"),
    [(0.24, 5), (0.26, 4), (0.39, 4), (0.41, 3), (0.59, 3), (0.61, 2)],
)
def test_grades_change_at_the_published_starting_points(ratio, grade):
    assert round(grade_of(ratio, 0.3, 0.35)) == grade


def test_only_an_even_disc_is_of_grade_one_and_a_collapsed_one_of_grade_five():
    assert grade_of(0.9, 0.1, 0.35) == 1
    assert grade_of(0.9, 0.3, 0.35) == 1.5
    assert grade_of(0.9, 0.1, 0.14) == 5
    assert grade_of(0.5, 0.1, None) == grade_of(0.5, 0.1, 0.35)


@pytest.mark.parametrize(("darker", "brighter"), [(150, 300), (300, 450), (450, 800)])
def test_a_darker_disc_never_has_the_better_grade(darker, brighter):
    assert GRADE.value(seen(darker), AT) > GRADE.value(seen(brighter), AT)


def test_the_reader_is_told_that_the_cut_points_are_not_fitted():
    assert "not fitted" in GRADE(seen(500), AT).remark


def test_in_a_clipped_scan_a_dark_disc_is_still_black_and_the_grade_a_bound():
    dark, grey = seen(200, 0.05, highest=900), seen(600, 0.05, highest=900)
    assert BLACK(dark, AT).value == 1
    assert BLACK(grey, AT).value is None
    assert "the grade is at least 4." in GRADE(dark, AT).reason


def test_discs_without_any_signal_give_a_reason_instead_of_a_ratio():
    black = seen(0, noise=0.0)
    assert "L4-L5 is black on the T2 image" in GRADE(black, AT).reason
    against = MEASUREMENTS["disc_signal_to_brightest_ratio"](black, AT)
    assert "even the brightest disc is black" in against.reason
