import numpy as np
import pytest

from lbp_outcome.anatomy import Border, Vertebra
from lbp_outcome.geometry.endplate import End
from lbp_outcome.geometry.endplate_relief import endplate_relief
from lbp_outcome.phantoms import AnalyticSpine, examined, grid_around
from lbp_outcome.phantoms.endplates import Plate, WornSpine

FINE, THICK = (0.8, 0.8, 0.8), (4.0, 0.7, 0.7)


def relief(*plates, spacing=FINE, end=End.LOWER, seed=0, **kwargs):
    """Relief of L4's lower or L5's upper end, the scan shifted at random."""
    anatomy = WornSpine(plates=plates, **kwargs)
    shift = tuple(np.random.default_rng(seed).uniform(-2, 2, 3))
    drawing = anatomy.draw(grid_around(anatomy, spacing, shift_mm=shift))
    vertebra = Vertebra.L4 if end is End.LOWER else Vertebra.L5
    return endplate_relief(examined(drawing, "spider").spine, vertebra, end)


def above(**worn):
    return Plate(disc="L4-L5", border=Border.ABOVE, **worn)


def area_mm2(found, deeper_mm=2.0):
    return found.point_area_mm2 * (found.depth > deeper_mm).sum()


@pytest.mark.parametrize(
    ("spacing", "margin_mm", "margin_area"), [(FINE, 0.5, 0.2), (THICK, 1.2, 0.4)]
)
@pytest.mark.parametrize("pit", [(5.0, 3.0), (7.0, 4.0), (9.0, 6.0)])
def test_a_pit_has_the_depth_and_area_of_its_cap(spacing, margin_mm, margin_area, pit):
    plate = above(pit_mm=pit, hollow_mm=2.0)
    found = relief(plate, spacing=spacing)
    assert found.depth.max() == pytest.approx(pit[1], abs=margin_mm)
    assert area_mm2(found) == pytest.approx(plate.pit_area_mm2(2.0), rel=margin_area)


@pytest.mark.parametrize("spacing", [FINE, THICK])
def test_a_pit_is_no_concavity(spacing):
    assert relief(above(pit_mm=(9.0, 6.0)), spacing=spacing).concavity_mm < 1.2


@pytest.mark.parametrize("spacing", [FINE, THICK])
@pytest.mark.parametrize("hollow", [0.0, 3.5])
def test_a_smooth_endplate_is_smooth_however_hollow(spacing, hollow):
    found = relief(above(hollow_mm=hollow), spacing=spacing)
    assert found.depth.max() < 0.8
    assert np.sqrt(np.mean(found.depth**2)) < 0.25
    assert found.concavity_mm == pytest.approx(hollow, abs=0.3)


def test_a_bulging_endplate_has_a_negative_concavity():
    assert relief(above(hollow_mm=-2.0)).concavity_mm == pytest.approx(-2.0, abs=0.3)


def test_the_pedicles_of_a_whole_vertebra_are_no_defects():
    anatomy = AnalyticSpine(arches=True, tilt_deg=(15.0, 4.0, 0.0))
    mask = anatomy.mask(grid_around(anatomy, THICK))
    found = endplate_relief(
        examined({"mask": mask}, "spider").spine, Vertebra.L5, End.UPPER
    )
    assert area_mm2(found) == 0


def test_depth_below_the_smooth_surface_is_counted_into_the_bone():
    found = relief(above(hollow_mm=2.0))
    middle = found.at.mean(axis=0)
    at = [[*middle, -found.concavity_mm - 5.0]]
    rim_level = found.below_smooth(np.array(at))[0]
    assert 3.0 < rim_level < 7.0
    assert found.below_smooth(np.array([[*middle, 20.0]]))[0] < -15
