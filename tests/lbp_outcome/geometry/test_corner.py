import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.corner import posterior_corner
from lbp_outcome.geometry.endplate import End
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place

L4_L5 = Disc.parse("L4-L5")


@given(slip=st.floats(-5, 10), wedge=st.floats(-2, 16), shape=st.sampled_from(["box"]))
@settings(max_examples=6, deadline=None, derandomize=True)
def test_a_slip_is_found_with_its_sign(slip, wedge, shape):
    anatomy = AnalyticSpine(
        segments=(
            Segment(wedge_deg=8),
            Segment(slip_mm=slip, wedge_deg=wedge),
        ),
        shape=shape,
        tilt_deg=(14.0, 2.0, -3.0),
    )
    mask = anatomy.mask(grid_around(anatomy, (4.0, 0.8, 0.8)))
    found = MEASUREMENTS["listhesis_mm"](
        Examination(spine=LABEL_SCHEMES["spider"].read(mask)), Place(disc=L4_L5)
    )
    assert found.value == pytest.approx(slip, abs=0.7)


def test_the_slip_of_one_vertebra_is_not_seen_at_the_next_level():
    anatomy = AnalyticSpine(segments=(Segment(), Segment(slip_mm=7), Segment()))
    mask = anatomy.mask(grid_around(anatomy, (4.0, 0.8, 0.8)))
    spine = LABEL_SCHEMES["spider"].read(mask)
    above = MEASUREMENTS["listhesis_mm"](
        Examination(spine=spine), Place(disc=Disc.parse("L3-L4"))
    )
    assert above.value == pytest.approx(0.0, abs=0.5)


def test_the_sacrum_that_spider_leaves_out_cannot_be_slipped_upon():
    anatomy = AnalyticSpine()
    mask = anatomy.mask(grid_around(anatomy, (4.0, 1.0, 1.0)))
    spine = LABEL_SCHEMES["spider"].read(mask)
    found = MEASUREMENTS["listhesis_mm"](
        Examination(spine=spine), Place(disc=Disc.parse("L5-S1"))
    )
    assert found.reason == "S1 is not segmented"


@pytest.mark.parametrize("end", End)
@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (12.0, 15.0, 14.0)])
def test_a_corner_lies_where_it_was_drawn_however_the_slices_are_angled(end, turn):
    anatomy = AnalyticSpine(shape="box", arches=True, tilt_deg=(10.0, 3.0, -4.0))
    mask = anatomy.mask(grid_around(anatomy, (4.0, 0.8, 0.8), turn_deg=turn))
    spine = LABEL_SCHEMES["spider"].read(mask)
    corner = posterior_corner(spine, Vertebra.L4, end)
    body, half = anatomy.bodies[1], anatomy.body_mm[2] / 2
    _, behind, height = body.local(corner[None])[0]
    assert behind == pytest.approx(anatomy.body_mm[1] / 2, abs=0.8)
    # the outermost voxels lie inside, so that both corners of a disc err alike
    assert 0 <= half - abs(height) < 1.5
    assert (height > 0) == (end is End.UPPER)
