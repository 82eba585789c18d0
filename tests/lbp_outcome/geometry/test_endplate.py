from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body import body
from lbp_outcome.geometry.disc_frame import disc_frame
from lbp_outcome.geometry.endplate import (
    End,
    endplate,
    facing_endplates,
    mean_gap_mm,
)
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around

ANATOMY = AnalyticSpine(
    segments=(
        Segment(height_mm=9.5, wedge_deg=12),
        Segment(height_mm=8.0, wedge_deg=8, slip_mm=4, coronal_deg=4),
        Segment(height_mm=10.0, wedge_deg=3),
    ),
    arches=True,
    tilt_deg=(18.0, 3.0, 4.0),
)
L4_L5 = Disc.parse("L4-L5")


@cache
def drawn(anatomy=ANATOMY, spacing=(4.0, 0.8, 0.8)):
    return anatomy.mask(grid_around(anatomy, spacing))


def read(mask):
    return LABEL_SCHEMES["spider"].read(mask)


def without(mask, keep):
    return Image(np.where(keep(mask.values), mask.values, 0), mask.affine)


def height(spine, disc):
    return mean_gap_mm(*facing_endplates(spine, disc), disc_frame(spine, disc))


def test_the_body_is_told_from_the_arch_with_and_without_the_canal():
    plain = read(drawn(replace(ANATOMY, arches=False)))
    for mask in (drawn(), without(drawn(), lambda labels: labels != 100)):
        spine = read(mask)
        for name in (Vertebra.L5, Vertebra.L4, Vertebra.L3):
            truth = plain.vertebrae[name].volume_mm3
            assert spine.vertebrae[name].volume_mm3 > 1.2 * truth
            assert body(spine, name).volume_mm3 == pytest.approx(truth, rel=0.02)


def test_a_body_without_an_arch_is_left_as_it_is():
    spine = read(drawn(replace(ANATOMY, arches=False)))
    whole = spine.vertebrae[Vertebra.L4]
    assert body(spine, Vertebra.L4).volume_mm3 == whole.volume_mm3


def test_an_arch_that_hides_the_canal_makes_the_body_unmeasurable():
    values = np.zeros((40, 90, 30), np.int16)
    values[5:35, 5:85, 5:25] = 1  # one solid block, 80 mm deep
    spine = read(Image(values, np.diag([-1.0, -1.0, 1.0, 1.0])))
    with pytest.raises(NotMeasurable, match="cannot be told from its arch"):
        body(spine, Vertebra.L5)


def test_only_the_first_segment_of_a_whole_sacrum_is_its_body():
    anatomy = replace(ANATOMY, lowest=Vertebra.S1, arches=False, canal=False)
    mask = anatomy.mask(grid_around(anatomy, (2.0, 1.0, 1.0), margin_mm=28.0))
    sacrum = anatomy.bodies[0]
    places = mask.to_patient(np.argwhere(mask.values == 0).astype(float))
    x, y, z = sacrum.local(places).T
    wings = (np.abs(x) < 50) & (np.abs(y) < 12) & (z < 8) & (z > -35)
    values = mask.values.copy()
    values[tuple(np.argwhere(mask.values == 0)[wings].T)] = 1
    spine = LABEL_SCHEMES["spider"].read(Image(values, mask.affine), lowest="S1")
    plate = endplate(spine, Vertebra.S1, End.UPPER).plane
    truth = anatomy.plates[0][0]
    assert np.degrees(np.arccos(plate.normal @ truth.axes[:, 2])) < 1
    assert abs((plate.centre - truth.centre) @ truth.axes[:, 2]) < 0.4


def test_endplates_have_the_exact_place_and_tilt():
    spine = read(drawn())
    for disc, (lower, upper) in zip(ANATOMY.discs, ANATOMY.plates, strict=True):
        above, below = facing_endplates(spine, disc)
        for found, truth in ((above, upper), (below, lower)):
            tilt = np.degrees(np.arccos(found.plane.normal @ truth.axes[:, 2]))
            assert tilt < 1.0
            off = (found.plane.centre - truth.centre) @ truth.axes[:, 2]
            assert abs(off) < 0.3


@pytest.mark.parametrize("disc", ANATOMY.discs, ids=str)
@pytest.mark.parametrize(
    "keep",
    [lambda labels: labels < 200, lambda labels: labels > 200],
    ids=["vertebrae and canal only", "discs only"],
)
def test_a_disc_is_found_from_vertebrae_alone_and_from_discs_alone(disc, keep):
    spine = read(without(drawn(), keep))
    truth = ANATOMY.segments[ANATOMY.discs.index(disc)].height_mm
    if disc == Disc.parse("L5-S1") and not spine.discs:
        with pytest.raises(NotMeasurable, match="S1 is not segmented"):
            height(spine, disc)
    else:
        assert height(spine, disc) == pytest.approx(truth, abs=0.35)


def test_blank_cartilage_counts_as_disc_at_every_level():
    spine = read(drawn(replace(ANATOMY, gap_mm=0.8)))
    for disc, segment in zip(ANATOMY.discs, ANATOMY.segments, strict=True):
        assert height(spine, disc) == pytest.approx(segment.height_mm, abs=0.35)


def test_a_vertebra_cut_by_the_edge_of_the_scan_lends_only_its_visible_end():
    mask = drawn()
    top = ANATOMY.bodies[-1].centre  # L3 is cut through its middle
    last = int(mask.to_index(top[None])[0, 2])
    spine = read(Image(mask.values[:, :, :last], mask.affine))
    assert height(spine, Disc.parse("L3-L4")) == pytest.approx(10.0, abs=0.35)
    with pytest.raises(NotMeasurable, match="upper end of L3 lies outside the scan"):
        endplate(spine, Vertebra.L3, End.UPPER)


def test_the_frame_of_a_disc_halves_the_angle_between_its_endplates():
    spine = read(drawn())
    frame, truth = disc_frame(spine, L4_L5), ANATOMY.frames[1]
    np.testing.assert_allclose(frame.axes @ truth.axes, np.eye(3), atol=0.03)
    np.testing.assert_allclose(np.cross(frame.left, frame.posterior), frame.superior)


def test_the_canal_tells_where_the_back_is():
    turned = replace(ANATOMY, tilt_deg=(18.0, 3.0, 35.0))
    frame = disc_frame(read(drawn(turned)), L4_L5)
    assert frame.posterior @ turned.frames[1].axes[:, 1] > 0.995


def test_geometry_is_worked_out_once(monkeypatch):
    spine = read(drawn())
    first = facing_endplates(spine, L4_L5)
    spine.vertebrae.clear()
    assert facing_endplates(spine, L4_L5) is first


def test_a_refusal_is_remembered_as_well():
    spine = read(without(drawn(), lambda labels: labels != 3))
    for _ in range(2):
        with pytest.raises(NotMeasurable, match="L3 is not segmented"):
            endplate(spine, Vertebra.L3, End.UPPER)
