from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.examination import Examination
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.bulge import BulgingSpine
from lbp_outcome.sheet import disc_view, draw_disc

BUMP_LEFT = BulgingSpine(bump_mm=5.0, bump_at_deg=45.0)


@cache
def examination():
    return examined(BUMP_LEFT.draw(grid_around(BUMP_LEFT, (2.0, 0.8, 0.8))), "spider")


def place(view, left, posterior):
    """Row and column of the picture at a place in the disc's frame."""
    low, high, bottom, top = view.extent
    rows, columns = view.picture.shape
    row = (posterior - top) / (bottom - top) * rows
    return round(row - 0.5), round((left - low) / (high - low) * columns - 0.5)


def test_the_patients_left_is_on_the_right_and_the_back_is_below():
    # Disc tissue is 400, fluid 1000, anything else around the disc 120.
    view = disc_view(examination(), BUMP_LEFT.disc)
    on_the_left, on_the_right = place(view, 16.0, 16.0), place(view, -16.0, 16.0)
    assert view.picture[on_the_left] > 300
    assert view.picture[on_the_right] < 200
    canal = place(view, 0.0, 26.0)
    assert view.picture[canal] > 800
    assert canal[0] > view.picture.shape[0] / 2


def test_a_stack_that_covers_the_disc_is_shown_before_the_sagittal_image():
    found = examination()
    grid = grid_around(BUMP_LEFT, (0.9, 0.9, 3.0))
    axial = BUMP_LEFT.draw(grid)["t2"]
    both = Examination(spine=found.spine, t2=found.t2, axial=(axial,))
    assert disc_view(both, BUMP_LEFT.disc).source == "axial T2"
    assert disc_view(found, BUMP_LEFT.disc).source == "sagittal T2"


def test_without_an_image_there_is_a_reason():
    with pytest.raises(NotMeasurable, match="no T2 image shows L4-L5"):
        disc_view(Examination(spine=examination().spine), Disc.parse("L4-L5"))


def test_the_anatomy_is_never_hidden():
    view = disc_view(examination(), BUMP_LEFT.disc)
    axes = Figure().add_subplot()
    draw_disc(axes, view)
    assert not axes.patches  # outlines only, nothing filled
    styles = {line.get_linestyle() for line in axes.lines}
    assert {"-", "--"} <= styles  # endplate above and below
    drawn = np.concatenate([line.get_xdata() for line in axes.lines])
    assert np.nanmax(np.abs(drawn)) < view.extent[1]
