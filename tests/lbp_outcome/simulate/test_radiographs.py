"""Simulated X-rays are true shadows of the same spine, lateral and frontal."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.sacrum import paint_sacrum
from lbp_outcome.simulate.paint.tissues import HOUNSFIELD
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.scan.beam import (
    SOURCE_TO_SPINE_MM,
    WATER_PER_MM,
    View,
    project,
    splat,
)
from lbp_outcome.simulate.scan.detector import GREYS, detect, develop
from lbp_outcome.simulate.scan.radiograph import (
    HIGH_MM,
    SITE_MAGNIFICATION,
    SITE_PIXEL_MM,
    WIDE_MM,
    aim,
    expose,
)
from lbp_outcome.simulate.scan.shells import bony_shells
from lbp_outcome.simulate.scan.soft_shadows import Blob
from lbp_outcome.simulate.scan.spine_shadow import paint_spine

VIEWS = ("lateral", "frontal")


@pytest.fixture(scope="module")
def anatomy(anatomy_of, twin):
    return anatomy_of(twin())


@pytest.fixture(scope="module")
def anatomies(anatomy_of):
    patients = draw_patients(4, np.random.default_rng(4))
    return [anatomy_of(patients.only(row), seed=row) for row in range(4)]


@pytest.fixture(scope="module")
def films(anatomy):
    return expose(anatomy, 0, np.random.default_rng(4))


@pytest.fixture(scope="module")
def shadows(anatomy):
    """Return the shadow of the bare spine on both films, and the films' places."""
    spine = paint_spine(anatomy)
    views = {name: aim(anatomy, name, 0, np.zeros(3)) for name in VIEWS}
    return {name: (spine.shadow(view), view) for name, view in views.items()}


def plain_view(name="lateral", pixel_mm=0.5, shape=(201, 161)):
    back, left = np.array([0.0, -1.0, 0.0]), np.array([-1.0, 0.0, 0.0])
    across, beam = (back, left) if name == "lateral" else (left, back)
    return View(
        name=name,
        pixel_mm=pixel_mm,
        shape=shape,
        centre=np.zeros(3),
        across=across,
        beam=beam,
    )


def block(half_mm, step_mm=1.0):
    """A cube of 1000 HU around the origin, with air around it, and its affine."""
    size = 61
    values = np.zeros((size, size, size), dtype=np.float32)
    inner = slice(30 - half_mm, 31 + half_mm)
    values[inner, inner, inner] = 1000
    affine = np.eye(4)
    affine[:3, :3] *= step_mm
    affine[:3, 3] = -30 * step_mm
    return values, affine


def as_seen(affine, view):
    """Axes of a cube in the order depth, height, aside."""
    order = [0, 2, 1] if view.name == "lateral" else [1, 2, 0]
    return affine[:, [*order, 3]]


def place(view, point):
    """Row and column of one point."""
    row, column = view.place(np.array([point], dtype=float))
    return float(row[0]), float(column[0])


def value_at(picture, view, point, reach=2):
    row, column = (round(x) for x in place(view, point))
    near = np.ix_(*(range(x - reach, x + reach + 1) for x in (row, column)))
    return float(picture[near].mean())


def test_what_lies_nearer_to_the_source_looks_larger():
    view = plain_view()
    near = np.array([SOURCE_TO_SPINE_MM / 5, 10.0, 20.0])  # the source is on the right
    row, column = place(view, near)
    assert row == pytest.approx(100 - 20 * 1.25 / 0.5)
    assert column == pytest.approx(80 - 10 * 1.25 / 0.5)
    assert place(view, near * [0, 1, 1])[0] == pytest.approx(100 - 20 / 0.5)


def test_columns_of_a_frontal_film_run_to_the_patients_left():
    right = place(plain_view("frontal"), [10.0, 0.0, 0.0])[1]
    assert right == pytest.approx(80 - 20)


@pytest.mark.parametrize("name", VIEWS)
def test_a_cube_absorbs_what_its_thickness_says(name):
    view = plain_view(name)
    values, affine = block(half_mm=15)
    film = project(view, values, as_seen(affine, view))
    assert film[100, 80] == pytest.approx(31 * WATER_PER_MM, rel=1e-5)
    assert film[:40].max() == 0


@pytest.mark.parametrize("name", VIEWS)
def test_grains_and_a_solid_block_cast_the_same_shadow(name):
    view = plain_view(name)
    values, affine = block(half_mm=8)
    solid = project(view, values, as_seen(affine, view))
    points = np.argwhere(values > 0) @ affine[:3, :3].T + affine[:3, 3]
    grains = splat(view, points, np.full(len(points), WATER_PER_MM))
    assert grains.sum() == pytest.approx(solid.sum(), rel=0.02)
    for axis in (0, 1):
        middle = np.average(np.arange(view.shape[axis]), weights=grains.sum(1 - axis))
        assert middle == pytest.approx((view.shape[axis] - 1) / 2, abs=0.1)


def test_the_longest_way_through_a_blob_is_its_axis():
    blob = Blob(np.zeros(3), np.array([3.0, 7.0, 11.0]), 0.0)
    middle = np.zeros((1, 1), dtype=np.float32)
    assert blob.chord(plain_view("lateral"), middle, middle) == pytest.approx(6)
    assert blob.chord(plain_view("frontal"), middle, middle) == pytest.approx(14)
    above = np.full((1, 1), 11.5, dtype=np.float32)
    assert blob.chord(plain_view(), middle, above) == 0


def test_a_detector_measures_the_absorption_but_for_noise_and_scatter():
    view = plain_view(shape=(160, 160))
    thin, thick = (
        float(detect(np.full(view.shape, a, np.float32), view, rng).mean())
        for a, rng in ((2.0, np.random.default_rng(0)), (3.0, np.random.default_rng(0)))
    )
    assert thick - thin == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("absorbed", [2.0, 4.0, 6.0])
def test_exposure_control_gives_every_patient_the_same_grain(absorbed):
    view = plain_view(shape=(160, 160))
    film = np.full(view.shape, absorbed, np.float32)
    grain = float(detect(film, view, np.random.default_rng(0)).std())
    film[:] = 3.0
    usual = float(detect(film, view, np.random.default_rng(0)).std())
    assert grain == pytest.approx(usual, rel=0.02)


def test_a_tube_has_its_limits():
    view = plain_view(shape=(160, 160))
    usual, fat = (
        detect(np.full(view.shape, a, np.float32), view, np.random.default_rng(0)).std()
        for a in (6.0, 9.0)
    )
    assert fat > 2 * usual


def test_borders_in_a_flat_part_of_a_film_are_raised_most():
    """Beside strong contrast a faint line stays faint."""
    view = plain_view(shape=(400, 400))
    measured = np.full(view.shape, 4.0, np.float32)
    measured[:, 60:340:8] += 0.6  # strong stripes fill the upper half
    measured[200:, 60:340:8] -= 0.6
    for row in (120, 300):
        measured[row : row + 3] += 0.05
    grey = develop(measured, view, np.random.default_rng(0)).astype(float)
    beside, alone = (
        np.median(grey[row + 1, 100:300] - grey[row - 12, 100:300])
        for row in (120, 300)
    )
    assert alone > 1.3 * beside > 0


def test_the_iliac_wings_meet_the_sacrum(anatomies):
    for anatomy in anatomies:
        joint = to_sacrum(anatomy)
        assert 1.5 < joint < 5.0


def to_sacrum(anatomy):
    """Return the least distance from an iliac wing to the sacrum [mm]."""
    affine = np.diag([1.5, 1.5, 1.5, 1.0])
    affine[:3, 3] = anatomy.sacrum.segments[0].frame.origin - [90, 90, 110]
    canvas = Canvas(affine, (120, 110, 100), {"hounsfield": HOUNSFIELD}, 1)
    paint_sacrum(canvas, anatomy.sacrum)
    bone = np.argwhere(canvas.parts() == Part.SACRUM) * 1.5 + affine[:3, 3]
    low = anatomy.vertebrae[-1].frame.origin[2]
    shells = bony_shells(anatomy).points
    return cKDTree(bone).query(shells[shells[:, 2] < low][::9])[0].min()


def test_bodies_are_denser_than_the_discs_between_them(anatomy, shadows):
    shadow, view = shadows["lateral"]
    for disc in anatomy.discs[-4:]:
        between = value_at(shadow, view, disc.frame.origin, reach=1)
        for bone in (disc.upper, disc.lower):
            assert value_at(shadow, view, bone.frame.origin) > between + 0.1


def test_both_films_show_a_vertebra_at_the_same_height(anatomy, shadows):
    for bone in anatomy.vertebrae[-5:]:
        rows = [place(shadows[name][1], bone.frame.origin)[0] for name in VIEWS]
        assert rows[0] == pytest.approx(rows[1], abs=12)


def test_pedicles_are_seen_end_on_from_the_front_as_rings(anatomy, shadows):
    shadow, view = shadows["frontal"]
    bone = anatomy.vertebra(Vertebra.L3)
    aside = (bone.size.canal_width + bone.size.pedicle_width) / 2
    inner = aside - bone.size.pedicle_width / 2
    for side in (-1, 1):
        across = [
            value_at(shadow, view, bone.frame.at(right=side * x, superior=5), reach=0)
            for x in np.arange(inner - 4, aside, 0.5)
        ]
        assert np.argmax(across) * 0.5 == pytest.approx(4, abs=2.5)
        assert max(across) > across[0] + 0.02


def with_endplate(anatomy, **endplate):
    """The same patient with another upper endplate of L4."""
    bones = tuple(
        replace(bone, top=replace(bone.top, **endplate)) if bone.name == "L4" else bone
        for bone in anatomy.vertebrae
    )
    return replace(anatomy, vertebrae=bones)


@pytest.fixture(scope="module")
def gain(anatomy):
    """Return how much a worn endplate of L4 adds at a point of a film."""
    sound = {"spur": 0.0, "side_spurs": (0.0, 0.0), "sclerosis": 0.0}
    worn = {"spur": 7.0, "side_spurs": (0.0, 7.0), "sclerosis": 1.0}
    before, after = (
        paint_spine(with_endplate(anatomy, **state)) for state in (sound, worn)
    )

    def added(name, point):
        view = aim(anatomy, name, 0, np.zeros(3))
        change = after.shadow(view) - before.shadow(view)
        return value_at(change, view, point, reach=1)

    return added


def test_a_front_spur_shows_on_the_lateral_film(anatomy, gain):
    bone = anatomy.vertebra(Vertebra.L4)
    front, rim = bone.size.depth / 2, bone.size.front / 2
    assert gain("lateral", bone.frame.at(anterior=front + 3.5, superior=rim - 1.5)) > 0
    far = bone.frame.at(anterior=front + 12, superior=rim - 1.5)
    assert gain("lateral", far) == 0


def test_side_spurs_show_on_the_frontal_film_on_their_side(anatomy, gain):
    bone = anatomy.vertebra(Vertebra.L4)
    aside, rim = bone.size.width / 2 + 2.5, bone.height / 2 - 1.5
    left, right = (
        gain("frontal", bone.frame.at(right=side * aside, superior=rim))
        for side in (-1, 1)
    )
    assert right > left + 0.02


@pytest.mark.parametrize("name", VIEWS)
def test_a_sclerotic_endplate_is_denser_on_both_films(anatomy, gain, name):
    bone = anatomy.vertebra(Vertebra.L4)
    beneath = bone.frame.at(superior=bone.height / 2 - bone.top.hollow - 3)
    assert gain(name, beneath) > 0.05
    assert gain(name, bone.frame.at(superior=-bone.height / 4)) == 0


def test_bones_are_bright_and_discs_dark_on_the_lateral_film(anatomy, films):
    pixels, geometry = films.lateral.pixels, films.lateral.geometry
    for name in ("L1-L2", "L2-L3", "L3-L4"):
        disc = anatomy.disc(Disc.parse(name))
        between = value_at(pixels, geometry, disc.frame.origin)
        for bone in (disc.upper, disc.lower):
            assert value_at(pixels, geometry, bone.frame.origin) > between + GREYS / 50


def test_lengths_on_the_film_are_those_of_the_patient(anatomy, films):
    bone = anatomy.vertebra(Vertebra.L3)
    front, back = (bone.corner(front=side, top=True) for side in (True, False))
    film = films.lateral
    (low_row, low), (high_row, high) = (
        place(film.geometry, point) for point in (front, back)
    )
    apart = np.hypot(high - low, high_row - low_row) * film.pixel_mm
    assert high > low
    assert apart == pytest.approx(np.linalg.norm(front - back), rel=0.01)


def test_muscle_fat_does_not_show_on_x_rays(anatomy_of, twin):
    lean, fatty = (
        expose(anatomy_of(twin(multifidus_fat=fat)), 1, np.random.default_rng(4))
        for fat in (10.0, 60.0)
    )
    np.testing.assert_array_equal(lean.lateral.pixels, fatty.lateral.pixels)
    np.testing.assert_array_equal(lean.frontal.pixels, fatty.frontal.pixels)


def test_the_same_seed_gives_the_same_films(anatomy, films):
    again = expose(anatomy, 0, np.random.default_rng(4))
    np.testing.assert_array_equal(films.lateral.pixels, again.lateral.pixels)
    np.testing.assert_array_equal(films.frontal.pixels, again.frontal.pixels)


def test_films_use_twelve_bits_and_pictures_the_upper_eight(films):
    for film in (films.lateral, films.frontal):
        assert film.pixels.max() <= GREYS
        assert film.pixels.max() > 0.95 * GREYS
        np.testing.assert_array_equal(film.picture, film.pixels // 16)


def test_a_black_border_surrounds_the_collimated_field(films):
    for film in (films.lateral, films.frontal):
        pixels = film.pixels
        assert max(pixels[0].max(), pixels[-1].max()) < GREYS / 20
        assert max(pixels[:, 0].max(), pixels[:, -1].max()) < GREYS / 20
        assert np.median(pixels) > GREYS / 20


@pytest.mark.parametrize("site", range(3))
@pytest.mark.parametrize("name", VIEWS)
def test_every_hospital_has_its_own_detector(anatomy, site, name):
    view = aim(anatomy, name, site, np.zeros(3))
    assert view.pixel_mm == SITE_PIXEL_MM[site]
    high, wide = np.array(view.shape) * view.pixel_mm
    assert (high, wide) == pytest.approx((HIGH_MM, WIDE_MM[name]), abs=1)


def test_a_film_tells_its_hospitals_pixels_and_magnification(films):
    for film in (films.lateral, films.frontal):
        assert film.pixel_mm == SITE_PIXEL_MM[0]
        assert film.magnification == SITE_MAGNIFICATION[0]
