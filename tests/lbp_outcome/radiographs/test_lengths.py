"""Heights, slips and tilts from corners: exact on drawn spines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.radiographs import cobb_deg, height_loss_percent, slip
from lbp_outcome.radiographs._height import NORMAL_BACK, NORMAL_HEIGHT

DEPTH = 35.0


def column(losses=(0,) * 6, slips=(0.0,) * 6, size=1.0):
    """Corners of a straight spine; a slip moves all that lies above."""
    corners, level, front = [], 0.0, 0.0
    for disc, (loss, slipped) in enumerate(zip(losses, slips, strict=True)):
        below = level
        above = below - NORMAL_HEIGHT[disc] * (1 - loss / 100)
        moved = front - slipped
        corners.append(
            [
                [above, moved],
                [above, moved + DEPTH],
                [below, front],
                [below, front + DEPTH],
            ]
        )
        front = moved
        level = above - (NORMAL_BACK[disc] if disc < len(NORMAL_BACK) else 0)
    return np.array(corners) * size


def turned(corners, degrees):
    angle = np.radians(degrees)
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return corners @ np.array(turn).T


def test_a_drawn_loss_of_height_is_found_again():
    losses = (0, 50, 25, -10, 0, 80)
    np.testing.assert_allclose(height_loss_percent(column(losses)), losses, atol=1e-9)


@given(st.floats(0.6, 1.6), st.floats(-40, 40))
@settings(max_examples=20, deadline=None)
def test_magnification_and_a_tilted_film_do_not_change_the_loss(size, degrees):
    film = turned(column((0, 30, 10, 0, 0, 5), size=size), degrees)
    np.testing.assert_allclose(
        height_loss_percent(film), (0, 30, 10, 0, 0, 5), atol=1e-6
    )


def test_one_broken_vertebra_does_not_change_what_is_expected_of_the_discs():
    film = column()
    film[3:, :, 0] += 10.0  # the vertebra between the third and fourth disc collapsed
    np.testing.assert_allclose(height_loss_percent(film), 0, atol=1e-9)


@pytest.mark.parametrize("discs", [0, 3])
def test_too_few_discs_give_no_expected_height(discs):
    with pytest.raises(NotMeasurable, match=f"{discs} discs"):
        height_loss_percent(column()[:discs])


@given(st.floats(-5, 12), st.floats(-40, 40))
@settings(max_examples=20, deadline=None)
def test_a_drawn_slip_is_found_again_on_a_tilted_film(drawn, degrees):
    film = turned(column(slips=(0, drawn, 0, 0, 0, 0)), degrees)
    millimetres, percent = slip(film)
    np.testing.assert_allclose(millimetres, (0, drawn, 0, 0, 0, 0), atol=1e-9)
    np.testing.assert_allclose(percent[1], 100 * drawn / DEPTH, atol=1e-9)


def test_cobbs_angle_is_that_between_the_endplates_that_differ_most():
    film = column()
    tilts = (0.0, 4.0, 9.0, 3.0, -6.0, -2.0)
    bent = np.array([turned(disc, t) for disc, t in zip(film, tilts, strict=True)])
    # the endplate over the disc turned by 9 against that under the disc turned by -6
    assert cobb_deg(bent) == pytest.approx(15.0)


def test_a_straight_spine_has_no_angle_however_the_film_lies():
    assert cobb_deg(turned(column(), 17.0)) == pytest.approx(0.0, abs=1e-9)


def test_cobbs_angle_needs_a_whole_vertebra():
    with pytest.raises(NotMeasurable, match="two discs"):
        cobb_deg(column()[:1])
