"""Shapes keep the sizes and the causes that they were given."""

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import Endplate, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.sac import disc_step
from lbp_outcome.simulate.body.sizes import VERTEBRA_SIZES
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.truth import (
    true_disc_height,
    true_listhesis,
    true_measurements,
    true_wedge,
)


@pytest.fixture(scope="module")
def patients():
    return draw_patients(40, np.random.default_rng(0))


@pytest.fixture(scope="module")
def anatomies(patients, anatomy_of) -> list[Anatomy]:
    return [anatomy_of(patients.only(row), seed=row) for row in range(40)]


def two_bones(*, rim=9.0, wedge=0.0, slip=0.0, hollow=0.0, tilt=0.0):
    """Return a disc between two equal bones with level endplates."""
    size = VERTEBRA_SIZES[Vertebra.L3]
    foot = Frame.tilted(np.array([3.0, -5.0, 7.0]), tilt)
    lower = VertebraShape(
        name=Vertebra.L4, number=2, frame=foot, size=size, top=Endplate(hollow=hollow)
    )
    middle = Frame.tilted(foot.at(superior=size.front / 2), tilt - wedge / 2)
    ceiling = middle.at(anterior=slip, superior=rim)
    head = Frame.tilted(ceiling, tilt - wedge).moved(superior=size.front / 2)
    upper = VertebraShape(
        name=Vertebra.L3,
        number=3,
        frame=head,
        size=size,
        bottom=Endplate(hollow=hollow),
    )
    return DiscShape(
        name=Disc.parse("L3-L4"),
        number=3,
        frame=middle,
        upper=upper,
        lower=lower,
        rim_height=rim,
        grade=3,
        bulge=0.0,
        signal_deviation=0.0,
        slip=slip,
    )


@pytest.mark.parametrize("tilt", [0.0, 25.0])
def test_flat_endplates_are_as_far_apart_as_they_were_put(tilt):
    disc = two_bones(rim=8.4, tilt=tilt)
    assert true_disc_height(disc) == pytest.approx(8.4, abs=1e-6)
    assert true_wedge(disc) == pytest.approx(0.0, abs=1e-6)
    assert true_listhesis(disc) == pytest.approx(0.0, abs=1e-6)


def test_hollow_endplates_add_their_mean_depth():
    """The central 80 % of a dish 1 - r^2 over an ellipse has mean 1 - 0.8 / 2.

    The outline is a little blunter than an ellipse, so slightly less is added.
    """
    added = true_disc_height(two_bones(rim=8.0, hollow=2.0)) - 8.0
    assert 2 * 2.0 * 0.50 < added <= 2 * 2.0 * 0.60


@pytest.mark.parametrize("wedge", [-4.0, 6.0, 11.0])
def test_the_wedge_is_the_angle_between_the_endplates(wedge):
    assert true_wedge(two_bones(wedge=wedge, tilt=15)) == pytest.approx(wedge, abs=1e-6)


@pytest.mark.parametrize("slip", [-2.0, 0.0, 6.0])
def test_a_slip_forwards_is_positive(slip):
    disc = two_bones(slip=slip, tilt=10)
    assert true_listhesis(disc) == pytest.approx(slip, abs=1e-6)


def test_the_sac_has_the_area_of_the_patient_at_the_operated_disc(patients, anatomies):
    for row, anatomy in enumerate(anatomies):
        disc = anatomy.disc(anatomy.operated_level)
        area = anatomy.sac.area[disc_step(anatomy.sac, disc)]
        assert area == pytest.approx(patients.sac_area[row], rel=0.01)


def test_the_sac_is_narrowest_at_the_operated_disc(anatomies):
    for anatomy in anatomies:
        areas = {
            disc.name: anatomy.sac.area[disc_step(anatomy.sac, disc)]
            for disc in anatomy.discs[-6:]
        }
        assert min(areas, key=areas.get) == anatomy.operated_level


def test_the_operated_disc_is_worn_when_it_should_be(patients, anatomies):
    for row, anatomy in enumerate(anatomies):
        grade = anatomy.disc(anatomy.operated_level).grade
        assert (grade >= 4) == patients.degenerate[row]


def test_worn_discs_are_lower(anatomies):
    heights = {grade: [] for grade in range(2, 6)}
    for anatomy in anatomies:
        disc = anatomy.disc(Disc.parse("L4-L5"))
        heights[disc.grade].append(true_disc_height(disc))
    means = [np.mean(heights[grade]) for grade in (3, 4, 5)]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 2.5


def test_discs_and_lordosis_lie_in_the_published_ranges(anatomies):
    """Heights: asymptomatic 95 % ranges 6.3 to 14.6 mm (sheet 1.3); lordosis 3.7."""
    sound = [
        true_disc_height(disc)
        for anatomy in anatomies[::3]
        for disc in anatomy.discs[-5:]
        if disc.grade <= 3
    ]
    assert np.percentile(sound, 2.5) > 6.0
    assert np.percentile(sound, 97.5) < 14.6
    whole = [
        item.value
        for anatomy in anatomies[::4]  # all measurements are derived for each
        for item in true_measurements(anatomy, anatomy.vertebrae)
        if item.name == "lumbar_lordosis_deg"
    ]
    assert 20 < min(whole) < max(whole) < 68


def test_women_have_smaller_vertebrae(twin, anatomy_of):
    man, woman = (
        anatomy_of(twin(male=male)).vertebra(Vertebra.L3).size for male in (True, False)
    )
    assert woman.depth / man.depth == pytest.approx(0.90)
    assert woman.front / man.front == pytest.approx(0.96)


def test_all_vertebrae_stand_upright_on_one_another(anatomies):
    for anatomy in anatomies:
        heights = [bone.frame.origin[2] for bone in anatomy.vertebrae]
        assert (np.diff(heights) < -15).all()


def test_a_frame_maps_its_own_axes_to_the_patient():
    frame = Frame.tilted(np.array([1.0, 2.0, 3.0]), forward_deg=30, right_deg=10)
    np.testing.assert_allclose(frame.axes @ frame.axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(frame.axes) == pytest.approx(1.0)
    assert frame.superior[1] > 0  # leans forward
    assert frame.superior[0] > 0  # and to the right
