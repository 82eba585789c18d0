"""Slips, lordosis and sideways curves."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc, Side, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.scoliosis import largest_curve
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._slip_grade import slip_grade
from lbp_outcome.measurements.listhesis_lateral_mm import ASIDE
from lbp_outcome.measurements.lumbar_lordosis_deg import CURVED
from lbp_outcome.phantoms import AnalyticSpine, Segment, examined, grid_around
from lbp_outcome.place import Place
from lbp_outcome.spine import Spine

REAL = Path(__file__).parents[4] / "shared/data/real_lumbar_mr/derivatives/labels"
WITH_SACRUM = ("aka2", "dzzt1", "dzzt2", "s01")

FINE, THICK = (1.0, 1.0, 1.0), (4.0, 0.8, 0.8)

CURVES = {  # lean of each disc to the right from the lowest up: angle, ends, apex, side
    "one bend": ((4.0, 6.0, -8.0, -6.0, 3.0), 14.0, "L2", "L4", "L3", "right"),
    "long": ((0.0, 9.0, 9.0, 9.0, 9.0), 36.0, "L1", "L5", "L3", "left"),
}


@cache
def curved(name, spacing):
    leans = CURVES[name][0]
    anatomy = AnalyticSpine(
        segments=tuple(Segment(coronal_deg=lean) for lean in leans),
        lowest=Vertebra.L5,
        tilt_deg=(10.0, 5.0, 4.0),
    )
    grid = grid_around(anatomy, spacing, turn_deg=(3.0, -4.0, 5.0))
    return LABEL_SCHEMES["spider"].read(anatomy.mask(grid))


def value(name, examination, disc=None):
    place = Place(disc=Disc.parse(disc)) if disc else Place()
    return MEASUREMENTS[name].value(examination, place)


@pytest.mark.parametrize(
    ("percent", "grade"),
    [(4.9, 1), (24.9, 1), (25, 2), (49.9, 2), (50, 3), (75, 4), (100, 4), (100.1, 5)],
)
def test_slips_are_graded_by_quarters_of_the_endplate(percent, grade):
    assert slip_grade(3.0, percent) == grade


def test_a_slip_counts_from_3_mm_or_5_percent_and_only_forwards():
    assert slip_grade(2.9, 4.9) == 0
    assert slip_grade(1.9, 5.0) == 1
    assert slip_grade(-12.0, -40.0) == 0


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize(("spacing", "limit"), [(FINE, 1.0), (THICK, 2.5)])
def test_a_prescribed_curve_is_found_with_its_ends_apex_and_side(name, spacing, limit):
    _, angle, top, bottom, apex, side = CURVES[name]
    curve = largest_curve(curved(name, spacing))
    assert curve.angle_deg == pytest.approx(angle, abs=limit)
    assert (curve.convex, str(curve.apex)) == (Side(side), apex)
    assert (curve.upper, curve.lower) == (Vertebra(top), Vertebra(bottom))


def test_a_mirrored_patient_has_the_mirrored_curve():
    spine = curved("one bend", THICK)
    mirror = {part: mirrored(spine, part) for part in ("vertebrae", "discs")}
    other = largest_curve(
        Spine(**mirror, scheme=spine.scheme, canal=flipped(spine.canal))
    )
    curve = largest_curve(spine)
    assert other.angle_deg == pytest.approx(curve.angle_deg, abs=0.01)
    assert (other.apex, other.upper) == (curve.apex, curve.upper)
    assert {other.convex, curve.convex} == {Side.LEFT, Side.RIGHT}


def mirrored(spine, part):
    return {name: flipped(one) for name, one in getattr(spine, part).items()}


def flipped(structure):
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    mask = Image(structure.mask.values, flip @ structure.mask.affine)
    return type(structure)(mask, structure.at_edge)


def test_the_number_of_slices_that_carry_an_endplate_is_that_of_the_scan():
    """46 mm of bone, a tenth of it left out at either side, in slices of 4 mm."""
    assert 8 <= largest_curve(curved("one bend", THICK)).slices <= 11
    assert 35 <= largest_curve(curved("one bend", FINE)).slices <= 44


@cache
def lordotic():
    return examined(CURVED.draw(grid_around(CURVED, THICK)), CURVED.scheme)


def test_segments_add_up_to_the_lordosis():
    found = lordotic()
    names = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")
    parts = [value("segmental_lordosis_deg", found, name) for name in names]
    assert sum(parts) == pytest.approx(value("lumbar_lordosis_deg", found))
    lower = value("lumbar_lordosis_l4_s1_deg", found)
    assert sum(parts[3:]) == pytest.approx(lower)


def test_lordosis_without_the_lowest_disc_lacks_its_wedge():
    found = lordotic()
    whole, without = (
        value(name, found)
        for name in ("lumbar_lordosis_deg", "lumbar_lordosis_l1_l5_deg")
    )
    wedge = value("disc_wedge_deg", found, "L5-S1")
    assert whole - without == pytest.approx(wedge, abs=0.5)


@given(shift=st.floats(0, 4), lean=st.floats(-6, 6))
@settings(max_examples=4, deadline=None, derandomize=True)
def test_a_lean_to_the_side_is_no_slip_to_the_side(shift, lean):
    anatomy = AnalyticSpine(segments=(Segment(), Segment(coronal_deg=lean)))
    grid = grid_around(anatomy, THICK, shift_mm=(shift, 0.0, 0.0))
    found = Examination(spine=LABEL_SCHEMES["spider"].read(anatomy.mask(grid)))
    assert value("listhesis_lateral_mm", found, "L4-L5") == pytest.approx(0, abs=1.0)


def test_a_slip_to_the_side_is_not_seen_at_the_next_level():
    found = examined(ASIDE.draw(grid_around(ASIDE, THICK)), ASIDE.scheme)
    for disc in ("L2-L3", "L4-L5"):
        assert value("listhesis_lateral_mm", found, disc) == pytest.approx(0, abs=0.6)


def test_half_a_spine_has_no_curve():
    spine = curved("one bend", THICK)
    one = {Vertebra.L4: spine.vertebrae[Vertebra.L4]}
    with pytest.raises(NotMeasurable, match="fewer than two vertebrae"):
        largest_curve(Spine(vertebrae=one, discs={}))


@pytest.mark.skipif(
    not REAL.is_dir(), reason="real data (../shared/data) is not on this machine"
)
@pytest.mark.parametrize("subject", WITH_SACRUM)
def test_in_real_spines_only_the_known_slip_is_one(subject):
    """Vertebrae stand up to 4 mm behind the next one where nothing has slipped."""
    mask = read_image(next((REAL / f"sub-{subject}/anat").glob("*_dseg.nii.gz")))
    found = Examination(spine=LABEL_SCHEMES["spider"].read(mask, lowest="S1"))
    for disc in map(str, found.spine.levels):
        slipped = (subject, disc) == ("s01", "L5-S1")
        slip = value("listhesis_mm", found, disc)
        assert 6.0 < slip < 9.0 if slipped else -4.5 < slip < 2.0
        assert value("meyerding_grade", found, disc) == float(slipped)
