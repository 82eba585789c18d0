"""The truth of simulated X-rays against what is known of the same shapes."""

import numpy as np
import pytest

from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.people.world import draw_world, patient_streams
from lbp_outcome.simulate.scan.radiograph import aim
from lbp_outcome.simulate.scenario import SCENARIOS
from lbp_outcome.simulate.truth.discs import true_listhesis
from lbp_outcome.simulate.truth.radiographs import (
    SHOWN,
    true_corners,
    true_levels,
    true_radiograph_levels,
    true_radiographs,
)

PATIENTS = 8


@pytest.fixture(scope="module")
def bodies():
    world = draw_world(PATIENTS, SCENARIOS["default"], 3)
    return [
        draw_anatomy(world.patients.only(row), patient_streams(3, row)[0])
        for row in range(PATIENTS)
    ]


def test_the_lowest_disc_comes_first(bodies):
    for body in bodies:
        names = true_levels(body).names
        assert len(names) == SHOWN
        assert names[0].lower == "S1"
        assert list(names) == sorted(names, reverse=True)


def test_slips_on_the_film_are_those_of_the_shapes(bodies):
    """The film shows them from the side: only twisted vertebrae differ, and little."""
    for body in bodies:
        for disc, level in zip(
            reversed(body.discs), true_radiograph_levels(body), strict=False
        ):
            assert level.slip_mm == pytest.approx(true_listhesis(disc), abs=0.5)


def test_a_disc_of_a_worse_grade_has_lost_more_height(bodies):
    lost = {2: [], 3: [], 4: [], 5: []}
    for body in bodies:
        levels = true_radiograph_levels(body)
        for disc, level in zip(reversed(body.discs), levels, strict=False):
            lost.get(disc.grade, []).append(level.height_loss_percent)
    means = [np.mean(losses) for losses in lost.values() if losses]
    assert means == sorted(means)
    assert abs(means[0]) < 10  # sound discs are as high as expected


def test_the_film_being_off_by_a_few_millimetres_does_not_matter(bodies):
    straight = true_corners(bodies[0], aim(bodies[0], "lateral", 0, np.zeros(3)))
    moved = true_corners(bodies[0], aim(bodies[0], "lateral", 0, np.full(3, 6.0)))
    shift = (moved - straight).reshape(-1, 2)
    assert np.ptp(shift, axis=0).max() < 0.1


def test_every_true_number_has_a_value_but_those_at_the_back(bodies):
    for row in true_radiographs(bodies[0]):
        assert (row.value is None) == (row.name == "xray_osteophyte_back_mm")
