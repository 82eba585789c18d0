import numpy as np
import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.canal import (
    ROUGHNESS_MM,
    _smooth_curve,
    canal_sections,
    sections_at,
)
from lbp_outcome.geometry.profile import profile
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around


def ellipse_chords(half_width, half_depth, apart, shift):
    places = np.arange(-7, 8) * apart + shift
    return 2 * half_depth * np.sqrt(np.clip(1 - (places / half_width) ** 2, 0, None))


@pytest.mark.parametrize("shift", [0.0, 0.7, 1.3, 2.0])
def test_an_ellipse_in_thick_slices_has_its_area_wherever_the_slices_lie(shift):
    chords = ellipse_chords(8.0, 6.0, 4.0, shift)
    found = profile(chords, 4.0)
    assert found.area_mm2 == pytest.approx(np.pi * 48, rel=0.02)
    assert found.depth_mm == pytest.approx(12.0, abs=0.15)


def test_the_plain_sum_of_chords_would_miss_an_eighth_of_the_area():
    chords = ellipse_chords(8.0, 6.0, 4.0, 0.0)
    assert chords.sum() * 4.0 == pytest.approx(0.87 * np.pi * 48, rel=0.01)


def test_a_box_ends_half_a_slice_after_its_last_chord():
    chords = np.array([0.0, 0, 12, 12, 12, 12, 0, 0])
    assert profile(chords, 4.0).area_mm2 == pytest.approx(4 * 12 * 4)


def test_thin_slices_need_no_rebuilding():
    fine = 2 * 6 * np.sqrt(np.clip(1 - (np.arange(-20, 21) / 16) ** 2, 0, None))
    assert profile(fine, 0.5).area_mm2 == pytest.approx(fine.sum() * 0.5, rel=0.01)
    assert profile(np.zeros(9), 0.5).area_mm2 == 0


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
