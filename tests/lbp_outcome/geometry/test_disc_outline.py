from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.disc_outline import ANGLES_DEG, disc_outline
from lbp_outcome.image import Image
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.bulge import BulgingSpine

FINE, THICK = (0.9, 0.9, 0.9), (4.4, 0.8, 0.8)


@cache
def outline(anatomy, spacing=(1.0, 0.9, 0.9), turn=(0.0, 0.0, 0.0)):
    grid = grid_around(anatomy, spacing, turn_deg=turn)
    return disc_outline(
        examined(anatomy.draw(grid), anatomy.scheme).spine, anatomy.disc
    )


def errors(anatomy, *scan):
    return outline(anatomy, *scan).beyond - anatomy.beyond_mm(ANGLES_DEG)


@pytest.mark.parametrize(
    ("spacing", "limit"), [(FINE, 0.3), (THICK, 0.8)], ids=["fine", "thick"]
)
@pytest.mark.parametrize("bump_mm", [0.0, 4.0])
def test_the_profile_of_a_bulge_is_found_in_every_direction(spacing, limit, bump_mm):
    anatomy = BulgingSpine(bump_mm=bump_mm, bump_at_deg=-20.0, bump_half_deg=30.0)
    found = errors(anatomy, spacing, (-8.0, 12.0, -17.0))
    assert np.quantile(np.abs(found), 0.95) < limit
    assert abs(found.mean()) < 0.15


@given(
    tilt=st.tuples(*[st.floats(-20, 20)] * 3),
    offset=st.floats(0, 4),
    wedge=st.floats(0, 12),
)
@settings(max_examples=4, deadline=None)
def test_however_the_patient_lies_the_mean_bulge_stays(tilt, offset, wedge):
    anatomy = BulgingSpine(offset_mm=offset, tilt_deg=tilt, wedge_deg=wedge)
    assert abs(errors(anatomy, (4.0, 0.9, 0.9)).mean()) < 0.25


def test_a_mirrored_patient_has_the_mirrored_profile():
    left = BulgingSpine(bump_mm=4.0, bump_at_deg=25.0, tilt_deg=(8.0, 0.0, 0.0))
    right = replace(left, bump_at_deg=-25.0)
    mirrored = np.roll(outline(right).beyond[::-1], 1)  # -180 degrees stays in place
    assert np.abs(outline(left).beyond - mirrored).max() < 0.3


def test_the_endplate_that_reaches_further_counts_after_a_slip():
    slipped = outline(BulgingSpine(offset_mm=0.0, slip_mm=4.0))
    straight_back = slipped.beyond[ANGLES_DEG == 0][0]
    assert straight_back == pytest.approx(-2.0, abs=0.3)
    assert slipped.beyond.max() < 0.3


@pytest.mark.parametrize(("label", "kept"), [(2, "lower"), (1, "upper")])
def test_one_endplate_is_enough_and_that_is_said(label, kept):
    # 1 is L5 and 2 is L4: the vertebrae below and above the disc that bulges.
    anatomy = BulgingSpine()
    mask = anatomy.draw(grid_around(anatomy, (1.0, 0.9, 0.9)))["mask"]
    poorer = Image(np.where(mask.values == label, 0, mask.values), mask.affine)
    found = disc_outline(examined({"mask": poorer}, "spider").spine, anatomy.disc)
    assert f"the {kept} endplate alone" in found.remark
    assert found.beyond.mean() == pytest.approx(2.0, abs=0.25)


def test_a_side_that_the_scan_leaves_out_is_not_seen():
    anatomy = BulgingSpine(tilt_deg=(0.0, 0.0, 0.0))
    mask = anatomy.draw(grid_around(anatomy, (2.0, 0.9, 0.9), axes="RAS"))["mask"]
    cut = Image(np.ascontiguousarray(mask.values[9:]), mask.affine)
    found = disc_outline(examined({"mask": cut}, "spider").spine, anatomy.disc)
    assert (
        not found.seen[np.abs(ANGLES_DEG - 90) < 5].any() or found.seen.all() is False
    )
    assert found.seen[np.abs(ANGLES_DEG + 90) < 5].all()
    assert "outside the scan" in found.remark


def test_without_the_disc_there_is_a_reason():
    anatomy = BulgingSpine()
    spine = examined(
        anatomy.draw(grid_around(anatomy, (2.0, 1.2, 1.2))), anatomy.scheme
    ).spine
    with pytest.raises(NotMeasurable, match="not segmented"):
        disc_outline(spine, Disc.parse("T11-T12"))
