"""The simulated scanner obeys the physics of the real ones."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint import tissues
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.contrast import DixonHalf, SpinEcho
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.solids import ellipsoid
from lbp_outcome.simulate.paint.tissue import Tissue
from lbp_outcome.simulate.people.patients import SITES
from lbp_outcome.simulate.scan.axial import axial_discs, plan_axial
from lbp_outcome.simulate.scan.dixon import (
    fat_fraction,
    in_and_opposed_phase,
    plan_dixon,
)
from lbp_outcome.simulate.scan.k_space import through_k_space
from lbp_outcome.simulate.scan.magnetic_resonance import acquire, add_ghosts
from lbp_outcome.simulate.scan.plan import plan_sagittal
from lbp_outcome.simulate.scan.sensitivity import coil_sensitivity, share_in_band
from lbp_outcome.simulate.scan.site import HOSPITALS, SITE_A, SITE_C, shifted
from lbp_outcome.simulate.scan.unevenness import uneven_tissue

both_fields = pytest.mark.parametrize("site", HOSPITALS[:2], ids=["1.5 T", "3 T"])
all_sites = pytest.mark.parametrize("site", HOSPITALS, ids=list(SITES))


@pytest.fixture(scope="module")
def anatomy(twin, anatomy_of):
    return anatomy_of(twin())


@pytest.fixture(scope="module")
def scan(anatomy):
    quiet = replace(SITE_A, restless=0.0)
    return plan_sagittal(anatomy, quiet, np.random.default_rng(1), pixel_mm=1.0)


def ball(scan, tissue=tissues.FLUID, part=Part.FLUID):
    """Return the canvas of a scan with one ball of a tissue in its middle."""
    canvas = scan.canvas()
    index = (np.array(scan.shape) - 1) / 2
    middle = scan.affine[:3, :3] @ index + scan.affine[:3, 3]
    solid = ellipsoid((0.0, 0.0, 0.0), (12.0, 12.0, 12.0))
    block = canvas.block(Frame(middle, np.eye(3)), solid.lower, solid.upper)
    canvas.paint(block, solid.distance(block) < 0, tissue, part)
    return canvas


def test_signal_follows_the_equation_of_the_spin_echo():
    sequence = SpinEcho(tesla=3.0, repetition_ms=900.0, echo_ms=60.0, gain=2.0)
    tissue = Tissue(0.5, 100.0, 900.0, 60.0, 0.0, 0.0)
    assert sequence(tissue) == pytest.approx(2 * 0.5 * (1 - np.exp(-1)) * np.exp(-1))


@all_sites
def test_tissues_are_ranked_on_t2_as_in_patients(site):
    t2 = site.t2
    assert t2(tissues.FLUID) == pytest.approx(1)
    assert 0.6 < t2(tissues.FAT) < 0.9
    assert 0.3 < t2(tissues.MARROW) < 0.55
    assert 0.09 < t2(tissues.MUSCLE) < 0.19
    for dark in (tissues.CORTEX, tissues.ANNULUS, tissues.FLAVUM, tissues.VESSEL):
        assert t2(dark) < t2(tissues.MUSCLE)
    solid = [value for value in vars(tissues).values() if isinstance(value, Tissue)]
    assert max(t2(tissue) for tissue in solid) == pytest.approx(1)


@all_sites
def test_tissues_are_ranked_on_t1_as_in_patients(site):
    t1 = site.t1
    disc = t1(tissues.nucleus(4))
    assert t1(tissues.FAT) == pytest.approx(1)
    assert 0.5 < t1(tissues.MARROW) < 0.75
    assert t1(tissues.MARROW) > t1(tissues.MUSCLE) > t1(tissues.FLUID)
    assert disc == pytest.approx(t1(tissues.MUSCLE), rel=0.2)
    assert t1(tissues.FLUID) < 0.25


@both_fields
def test_the_nucleus_darkens_with_its_grade_between_the_cut_points(site):
    """Cut-points of sheet 1.3: .60, .40 and .25 of CSF."""
    one, two, three, four, five = (site.t2(tissues.nucleus(g)) for g in range(1, 6))
    assert 1 > one > two > 0.60 > three > 0.40 > four > 0.25 > five > 0.1


def test_a_disc_deviates_from_its_grade_by_the_share_asked_for():
    for share in (-0.2, 0.1):
        bright = tissues.T2(tissues.nucleus(3, share)) / tissues.T2(tissues.nucleus(3))
        assert bright == pytest.approx(1 + share)


@all_sites
def test_modic_changes_look_as_they_are_defined(site):
    """Sheet 1.3: I dark on T1, bright on T2; II bright on T1; III dark on both."""
    changes = (tissues.OEDEMA, tissues.FATTY_CHANGE, tissues.SCLEROSIS)
    first, second, third = (
        (site.t1(t) / site.t1(tissues.MARROW), site.t2(t) / site.t2(tissues.MARROW))
        for t in changes
    )
    assert first[0] < 0.75
    assert first[1] > 1.3
    assert second[0] > 1.25
    assert second[1] >= 1.0
    assert max(third) < 0.5


def test_every_hospital_of_the_cohort_has_a_scanner():
    assert len(HOSPITALS) == len(SITES)
    assert {site.tesla for site in HOSPITALS} == {1.5, 3.0}


@all_sites
def test_sagittal_grids_are_those_of_clinical_protocols(anatomy, site):
    for seed in range(5):
        scan = plan_sagittal(anatomy, site, np.random.default_rng(seed))
        along, up, apart = scan.spacing_mm
        assert along == pytest.approx(up)
        assert 0.6 <= along <= 0.8
        assert 3.3 <= apart <= 4.8
        assert 0.8 * apart <= scan.thickness_mm <= apart
        assert 58 < apart * scan.shape[2] < 73


@all_sites
def test_the_field_reaches_from_the_second_sacral_segment_to_t12(anatomy, site):
    scan = plan_sagittal(anatomy, site, np.random.default_rng(2))
    inverse = np.linalg.inv(scan.affine)
    last = np.array(scan.shape) - 1
    low = anatomy.sacrum.segments[1].frame.origin
    high = anatomy.vertebra(Vertebra.T12).corner(front=False, top=True)
    for point in (low, high, anatomy.vertebrae[-3].frame.origin):
        index = inverse[:3, :3] @ point + inverse[:3, 3]
        assert (index > 0).all()
        assert (index < last).all()


def test_an_axial_stack_lies_parallel_to_its_disc(anatomy):
    discs = axial_discs(anatomy)
    assert [str(disc.name)[-2:] for disc in discs][-1] == "S1"
    assert len(discs) == 5
    for disc in discs:
        scan = plan_axial(anatomy, disc, SITE_A, np.random.default_rng(3))
        steps = scan.affine[:3, :3] / scan.spacing_mm
        right, anterior, superior = disc.frame.axes
        assert np.allclose(steps, np.stack([-right, -anterior, superior], axis=1))
        assert np.linalg.det(steps) == pytest.approx(1)
        assert 3 <= scan.shape[2] <= 5
        assert 3.5 <= scan.spacing_mm[2] <= 4.5
        assert 0.6 <= scan.spacing_mm[0] <= 0.8


def test_an_axial_stack_shows_disc_psoas_muscles_and_skin(anatomy):
    disc = axial_discs(anatomy)[2]
    scan = plan_axial(anatomy, disc, SITE_A, np.random.default_rng(3))
    canvas = scan.canvas()
    paint_anatomy(canvas, anatomy)
    parts = canvas.parts()
    for part in (
        Part.PSOAS_LEFT,
        Part.PSOAS_RIGHT,
        Part.MULTIFIDUS_LEFT,
        Part.ERECTOR_RIGHT,
        Part.SUBCUTANEOUS_FAT,
        Part.VESSEL,
        Part.FLUID,
        Part.DISC + disc.number,
    ):
        assert (parts == part).any(), part
    left = np.argwhere(parts == Part.PSOAS_LEFT)[:, 0].mean()
    assert left > np.argwhere(parts == Part.PSOAS_RIGHT)[:, 0].mean()
    assert (parts[:, -4:] == Part.NOTHING).mean() > 0.9  # air behind the back


def test_a_gap_between_slices_is_not_measured():
    """A sheet 0.3 mm thick between two slices shows without a gap only."""
    affine = np.diag([1.0, 1.0, 4.0, 1.0])
    frame = Frame(np.array([4.0, 4.0, 5.65]), np.eye(3))
    brightness = []
    for thickness in (1.0, 0.7):
        canvas = Canvas(affine, (9, 9, 3), {"t2": tissues.T2}, thickness=thickness)
        block = canvas.block(frame, (-9.0, -9.0, -9.0), (9.0, 9.0, 9.0))
        thin = np.abs(block.superior) < 0.15
        canvas.paint(block, thin, tissues.FLUID, Part.FLUID)
        brightness.append(canvas.image("t2").max())
    assert brightness[0] == pytest.approx(0.2)
    assert brightness[1] == 0


def test_noise_is_as_strong_as_the_site_says_and_rician_in_air(scan):
    """A magnitude of pure noise: mean SD sqrt(pi / 2); of strong signal: SD."""
    air = np.zeros(scan.shape[::-1], dtype=np.float32)
    noise = through_k_space(air, scan, np.random.default_rng(4))
    expected = scan.noise * np.sqrt(np.pi / 2)
    assert noise.mean() == pytest.approx(expected, rel=0.01)
    assert noise.mean() / noise.std() == pytest.approx(1.913, rel=0.01)
    bright = through_k_space(air + 1, scan, np.random.default_rng(4))
    assert bright.std() == pytest.approx(scan.noise, rel=0.01)
    assert bright.mean() == pytest.approx(1, abs=1e-3)


def test_lines_that_are_not_measured_blur_along_the_phase_axis_only(scan):
    coarse = replace(scan.site, measured=(1.0, 0.5), edge_gain=1.0)
    quiet = replace(scan, noise=0.0, site=coarse)
    point = np.zeros(scan.shape[::-1], dtype=np.float32)
    middle = tuple(size // 2 for size in point.shape)
    point[middle] = 1
    image = through_k_space(point, quiet, np.random.default_rng(0))
    slice_, row, column = middle
    assert image[slice_, row + 1, column] > 0.2  # phase runs head to feet at A
    assert image[slice_, row, column + 1] == pytest.approx(0, abs=1e-5)


def test_a_sharp_edge_rings_when_k_space_is_cut_off(scan):
    quiet = replace(scan, noise=0.0, site=replace(scan.site, edge_gain=1.0))
    edge = np.ones(scan.shape[::-1], dtype=np.float32)
    edge[:, edge.shape[1] // 2 :] = 0.2
    image = through_k_space(edge, quiet, np.random.default_rng(0))
    assert 1.03 < image.max() < 1.15


@pytest.mark.parametrize("phase_axis", [0, 1])
def test_ghosts_lie_along_the_phase_axis(scan, phase_axis):
    signal = np.zeros(scan.shape[::-1], dtype=np.float32)
    _, rows, columns = signal.shape
    signal[:, rows // 2, columns // 2] = 1
    turned = replace(scan, phase_axis=phase_axis)
    ghosted = signal.copy()
    add_ghosts(ghosted, np.ones_like(signal), turned, np.random.default_rng(0))
    _, row, column = np.nonzero((ghosted > 0) & (signal == 0))
    across = row if phase_axis == 0 else column
    assert (across == (rows if phase_axis == 0 else columns) // 2).all()
    assert len(row) == 2 * len(signal)
    assert ghosted[signal == 0].max() == pytest.approx(scan.site.ghost)


def test_movement_smears_the_image_along_the_phase_axis(scan):
    still = replace(scan, noise=0.0)
    restless = replace(still, movement=(0.0, 2.0))
    signal = ball(scan).slices_of("t2")
    rows = np.abs(signal).sum(axis=(0, 2)) == 0
    columns = np.abs(signal).sum(axis=(0, 1)) == 0
    clean, smeared = (
        through_k_space(signal, item, np.random.default_rng(0))
        for item in (still, restless)
    )
    assert smeared[:, rows].max() > 3 * clean[:, rows].max()
    assert smeared[:, :, columns].max() < 1.1 * clean[:, :, columns].max()


def test_the_coil_sees_the_back_best_and_the_band_darkens_the_abdomen(scan):
    sensitivity, band = coil_sensitivity(scan), share_in_band(scan)
    middle = sensitivity[len(sensitivity) // 2]
    in_front, behind = middle[0], middle[-1]
    assert behind > 1.5 * in_front
    assert np.abs(np.diff(sensitivity, axis=0)).max() < 0.02
    assert band[:, 0].min() == 1
    assert band[:, -1].max() == 0


def test_all_images_of_a_series_share_one_unevenness_of_tissue(scan):
    parts = np.full(scan.shape[::-1], Part.BODY, dtype=np.uint8)
    factor = uneven_tissue(parts, scan)
    assert np.array_equal(factor, uneven_tissue(parts, scan))
    assert factor.mean() == pytest.approx(1, abs=0.02)
    assert factor.std() == pytest.approx(0.13, rel=0.15)


def test_the_same_seed_gives_the_same_bytes(anatomy):
    def image():
        rng = np.random.default_rng(8)
        scan = plan_sagittal(anatomy, HOSPITALS[2], rng, pixel_mm=1.5)
        return acquire(ball(scan), "t2", scan, rng).values.tobytes()

    assert image() == image()


def test_fluid_is_stored_as_bright_as_the_site_says(scan):
    """In the middle of a ball; the coil shades it."""
    quiet = replace(scan, noise=0.0, band_strength=0.0)
    image = acquire(ball(quiet), "t2", quiet, np.random.default_rng(0))
    middle = tuple(size // 2 for size in scan.shape)
    shade = coil_sensitivity(scan)[middle[1], middle[0]]
    assert image.values.dtype == np.int16
    assert image.values[middle] / shade == pytest.approx(scan.site.csf_value, rel=0.1)


def test_dixon_fat_fraction_is_the_mixture_painted(anatomy):
    scan = plan_dixon(anatomy, SITE_A, np.random.default_rng(0))
    canvas = scan.canvas()
    block = canvas.block(Frame.patient(), (-500, -500, -500), (500, 500, 500))
    everywhere = np.ones(block.right.shape, dtype=bool)
    share = np.linspace(0, 1, everywhere.size, dtype=np.float32)
    mixed = (tissues.MUSCLE, tissues.FAT)
    canvas.blend(block, everywhere, mixed, share, Part.MULTIFIDUS_LEFT)
    water, fat = canvas.values["water"], canvas.values["fat"]
    assert np.abs(fat_fraction(water, fat).ravel() - share).max() < 1e-6
    in_phase, opposed = in_and_opposed_phase(water, fat)
    assert np.abs(in_phase - tissues.FAT.density).max() < 1e-6
    assert np.array_equal(opposed, np.abs(water - fat))


def test_dixon_water_and_fat_add_up_to_all_protons():
    water, fat = (DixonHalf(tesla=3.0, of_fat=of_fat) for of_fat in (False, True))
    for tissue in (tissues.MARROW, tissues.FAT, tissues.MUSCLE):
        assert water(tissue) + fat(tissue) == pytest.approx(tissue.density)
        found = fat(tissue) / (water(tissue) + fat(tissue))
        assert found == pytest.approx(tissue.fat)


def test_dixon_images_of_fat_show_the_fat_of_the_tissue(anatomy):
    """Coil, unevenness and noise of the scanner leave the fraction as it is."""
    scan = plan_dixon(anatomy, SITE_A, np.random.default_rng(0))
    canvas = ball(scan, tissues.MARROW, Part.BODY)
    water, fat = (
        acquire(canvas, name, scan, np.random.default_rng(n)).values.astype(np.float32)
        for n, name in enumerate(("water", "fat"))
    )
    inside = canvas.image("fat") > 0.9 * canvas.image("fat").max()
    found = fat_fraction(water, fat)[inside].mean()
    assert found == pytest.approx(tissues.MARROW.fat, abs=0.01)


def test_the_sidecar_tells_how_an_image_was_made(scan):
    about = scan.about("t2")
    assert about["Simulated"] is True
    assert about["Manufacturer"] == "Simulated A"
    assert about["MagneticFieldStrength"] == 1.5
    assert about["RepetitionTime"] == pytest.approx(3.6)
    assert about["EchoTime"] == pytest.approx(0.1)
    assert about["SpacingBetweenSlices"] >= about["SliceThickness"]


def test_a_shifted_hospital_is_coarser_noisier_and_darker_but_ranks_tissues_alike():
    before, after = SITE_C, shifted(SITE_C)
    assert after.noise > 1.5 * before.noise
    assert after.csf_value < 0.7 * before.csf_value
    assert after.pixel_mm[0] > before.pixel_mm[0]
    assert after.apart_mm[0] > before.apart_mm[0]
    tissues_by_brightness = (tissues.MUSCLE, tissues.MARROW, tissues.FAT)
    for look in (after.t1, after.t2):
        dark, medium, bright = (look(tissue) for tissue in tissues_by_brightness)
        assert dark < medium < bright
