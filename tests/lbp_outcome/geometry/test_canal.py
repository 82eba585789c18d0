import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.canal import (
    ROUGHNESS_MM,
    _smooth_curve,
    canal_sections,
    sections_at,
    sections_behind,
)
from lbp_outcome.geometry.disc_section import disc_section
from lbp_outcome.geometry.profile import SLIVER, profiles
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around


def ellipse_chords(half_width, half_depth, apart, shift):
    places = np.arange(-7, 8) * apart + shift
    return 2 * half_depth * np.sqrt(np.clip(1 - (places / half_width) ** 2, 0, None))


def profile(chords, apart):
    found = profiles(np.asarray(chords, float)[None], np.array([apart]))
    return found.area_mm2[0], found.depth_mm[0], found.width_mm[0]


def slow_area(chords, apart):
    """One section at a time, as the outline is defined: the oracle."""
    filled = np.flatnonzero(chords > SLIVER * chords.max(initial=0))
    if not len(filled):
        return 0.0
    squares = chords[filled[0] : filled[-1] + 1] ** 2
    curved = len(squares) > 2
    ahead, behind = (
        3 * s[-1] - 3 * s[-2] + s[-3] if curved else s[-1]
        for s in (squares, squares[::-1])
    )
    wide = [behind, *squares, ahead]
    outline = []
    for a, b, c, d in zip(wide, wide[1:], wide[2:], wide[3:], strict=False):
        for t in (np.arange(8) + 0.5) / 8:
            bend, twist = 2 * a - 5 * b + 4 * c - d, 3 * (b - c) + d - a
            fine = b + 0.5 * t * ((c - a) + t * (bend + t * twist))
            outline.append(np.sqrt(max(fine, 0)))
    for end, beyond in ((squares, ahead), (squares[::-1], behind)):
        taper = np.sqrt(end[-1] / squares.max())
        share = np.clip((0.95 - taper) / 0.1, 0, 1) if curved else 0.0
        before = end[-2] if curved else end[-1]
        for t in (np.arange(8) + 0.5) / 8:
            slope, curve = (beyond - before) / 2, (beyond - 2 * end[-1] + before) / 2
            pointed = np.sqrt(max(end[-1] + t * (slope + t * curve), 0))
            outline.append(share * pointed + (1 - share) * np.sqrt(end[-1]) * (t < 0.5))
    return sum(outline) * apart / 8


@given(
    chords=st.lists(st.just(0.0) | st.floats(0.1, 15.0), min_size=3, max_size=12),
    apart=st.floats(0.4, 5.0),
)
@settings(max_examples=80, deadline=None)
def test_all_sections_at_once_measure_what_each_measures_alone(chords, apart):
    row = np.array([0.0, *chords, 0.0])
    both = profiles(np.stack([row, row[::-1]]), np.array([apart, apart]))
    expected = slow_area(row, apart)
    assert both.area_mm2 == pytest.approx([expected, expected], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.7, 1.3, 2.0])
def test_an_ellipse_in_thick_slices_has_its_area_wherever_the_slices_lie(shift):
    area, depth, width = profile(ellipse_chords(8.0, 6.0, 4.0, shift), 4.0)
    assert area == pytest.approx(np.pi * 48, rel=0.02)
    assert depth == pytest.approx(12.0, abs=0.15)
    assert width == pytest.approx(16.0, abs=0.7)


def test_the_plain_sum_of_chords_would_miss_an_eighth_of_the_area():
    chords = ellipse_chords(8.0, 6.0, 4.0, 0.0)
    assert chords.sum() * 4.0 == pytest.approx(0.87 * np.pi * 48, rel=0.01)


def test_a_box_ends_half_a_slice_after_its_last_chord():
    area, _, width = profile([0.0, 0, 12, 12, 12, 12, 0, 0], 4.0)
    assert area == pytest.approx(4 * 12 * 4)
    assert width == pytest.approx(16.0)


def test_thin_slices_need_no_rebuilding():
    fine = 2 * 6 * np.sqrt(np.clip(1 - (np.arange(-20, 21) / 16) ** 2, 0, None))
    assert profile(fine, 0.5)[0] == pytest.approx(fine.sum() * 0.5, rel=0.01)
    assert profile(np.zeros(9), 0.5) == (0, 0, 0)


def test_the_worked_example_of_the_domain_is_reproduced():
    # Healthy tube 8 x 6 mm: 150.8 mm2 and 12 mm; stenosed 6.5 x 3.5 mm: 71.5 mm2.
    anatomy = AnalyticSpine(
        segments=(Segment(), Segment(canal_mm=(6.5, 3.5)), Segment()),
        tilt_deg=(10.0, 2.0, 3.0),
    )
    spine = LABEL_SCHEMES["spider"].read(anatomy.mask(grid_around(anatomy)))
    sections = canal_sections(spine)
    at = {str(disc): sections_at(spine, disc) for disc in anatomy.discs}
    narrow, healthy = at["L4-L5"], at["L3-L4"]
    assert sections.area_mm2[narrow].min() == pytest.approx(71.5, rel=0.03)
    assert sections.area_mm2[healthy].min() == pytest.approx(150.8, rel=0.03)
    assert sections.depth_mm[healthy].min() == pytest.approx(12.0, abs=0.3)


def test_the_canal_is_measured_between_the_pedicles_where_no_disc_narrows_it():
    anatomy = AnalyticSpine(
        segments=(Segment(), Segment(canal_mm=(6.5, 3.5)), Segment())
    )
    spine = LABEL_SCHEMES["spider"].read(anatomy.mask(grid_around(anatomy)))
    behind = sections_behind(spine, Vertebra.L4)
    sections = canal_sections(spine)
    assert behind.sum() == 7
    assert sections.area_mm2[behind].mean() == pytest.approx(150.8, rel=0.03)
    level = (sections.centres[behind] - anatomy.bodies[1].centre).mean(axis=0)
    assert abs(level @ anatomy.bodies[1].axes[:, 2]) < 1.0
    with pytest.raises(NotMeasurable, match="T12 is not segmented"):
        sections_behind(spine, Vertebra.T12)


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 0.8), (4.0, 0.7, 0.7)])
def test_a_disc_has_the_section_of_its_ellipse(spacing):
    anatomy = AnalyticSpine(tilt_deg=(15.0, 4.0, 6.0))
    mask = anatomy.mask(grid_around(anatomy, spacing))
    found = disc_section(LABEL_SCHEMES["spider"].read(mask), Disc.parse("L4-L5"))
    assert found.area_mm2 == pytest.approx(np.pi * 23 * 17, rel=0.03)
    assert found.depth_mm == pytest.approx(34.0, abs=0.8)


def test_the_straightened_canal_shows_an_image_where_it_lies():
    """Posterior is towards the end of a chord, on any scan."""
    anatomy = AnalyticSpine(tilt_deg=(12.0, 5.0, 8.0))
    for axes in ("LPS", "RAI", "SAR"):
        grid = grid_around(anatomy, axes=axes, turn_deg=(6.0, -4.0, 9.0))
        sections = canal_sections(LABEL_SCHEMES["spider"].read(anatomy.mask(grid)))
        voxels = np.indices(grid.values.shape).reshape(3, -1).T.astype(float)
        back = anatomy.frames[1].local(grid.to_patient(voxels))[:, 1]
        ramp = Image(back.reshape(grid.values.shape), grid.affine)
        found = sections.cut.only(slice(40, 60)).sample(ramp)
        middle = found[:, found.shape[1] // 2, 40:57]
        steps = np.diff(middle, axis=1)
        assert steps == pytest.approx(0.5, abs=0.02)


def test_the_end_of_the_mask_is_not_a_stenosis():
    anatomy = AnalyticSpine(tilt_deg=(25.0, 0.0, 0.0))
    mask = anatomy.mask(grid_around(anatomy, (4.0, 0.8, 0.8)))
    sections = canal_sections(LABEL_SCHEMES["spider"].read(mask))
    ends = ~sections.complete
    assert ends[0]
    assert ends[-1]
    assert sections.area_mm2[sections.complete].min() > 0.88 * 150.8


def test_a_canal_that_ends_at_the_disc_is_not_measured_there():
    anatomy = AnalyticSpine()
    mask = anatomy.mask(grid_around(anatomy, (3.0, 1.0, 1.0)))
    level = int(mask.to_index(anatomy.frames[1].centre[None])[0, 2])
    values = mask.values.copy()
    below = values[:, :, :level]
    below[below == 100] = 0
    spine = LABEL_SCHEMES["spider"].read(Image(values, mask.affine))
    with pytest.raises(NotMeasurable, match="not segmented all along L4-L5"):
        sections_at(spine, Disc.parse("L4-L5"))
    assert sections_at(spine, Disc.parse("L3-L4")).any()


def test_a_canal_squeezed_within_millimetres_is_still_measured():
    """Its area falls to a third and rises again; only the mask's ends are left out."""
    anatomy = AnalyticSpine()
    mask = anatomy.mask(grid_around(anatomy, (3.0, 0.8, 0.8)))
    centre = anatomy.frames[1].centre
    level = int(mask.to_index(centre[None])[0, 2])
    values = mask.values.copy()
    beside = values[:, :, level - 4 : level + 5]
    deep = np.flatnonzero((beside == 100).any(axis=(0, 2)))
    outside = np.abs(np.arange(values.shape[1]) - deep.mean()) > 2.5
    beside[(beside == 100) & outside[None, :, None]] = 0
    spine = LABEL_SCHEMES["spider"].read(Image(values, mask.affine))
    found = sections_at(spine, Disc.parse("L4-L5"))
    assert found.sum() >= 14
    assert 40 < canal_sections(spine).area_mm2[found].min() < 75


def test_a_stub_of_canal_is_too_short():
    values = np.zeros((20, 60, 40), np.int16)
    values[4:16, 30:55, 5:30] = 1
    values[6:14, 10:20, 8:16] = 100
    spine = LABEL_SCHEMES["spider"].read(Image(values, np.eye(4)))
    with pytest.raises(NotMeasurable, match="too short"):
        canal_sections(spine)


def test_a_centreline_is_found_where_the_search_for_the_smoothest_ends_early():
    """SciPy warns of these nodes; one canal in some hundreds has such."""
    rng = np.random.default_rng(4071)
    length = np.arange(81) * 2.9
    share = length / length[-1]
    bend = rng.uniform(5, 20) * np.tanh(
        (share - rng.uniform(0.3, 0.7)) * rng.uniform(2, 10)
    )
    nodes = bend + rng.normal(0, 0.35, 81)
    curve = _smooth_curve(length, nodes, 81 * ROUGHNESS_MM**2)
    assert np.sqrt(np.mean((curve(length) - nodes) ** 2)) <= ROUGHNESS_MM
    assert np.abs(curve(length) - bend).max() < 2
