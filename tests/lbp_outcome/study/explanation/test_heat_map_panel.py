"""A heat map is shown where something can be seen."""

import numpy as np
import pytest

from lbp_outcome.image import Image
from lbp_outcome.study.explanation.heat_map_panel import (
    HeatMapPanel,
    _most_of_map,
    draw_panel,
)
from lbp_outcome.study.explanation.sagittal import Sagittal

SLICES = 9


@pytest.fixture
def panel_of():
    """Return a maker of panels with a map on one slice, or on none."""

    def make(bright):
        heat = np.zeros((SLICES, 30, 40), dtype=np.float32)
        if bright is not None:
            heat[bright, 10:15, 20:25] = 1.0
        affine = np.diag([4.0, 1.0, 1.0, 1.0])
        return HeatMapPanel(
            t2=Image(np.ones_like(heat), affine),
            heat=Image(heat, affine),
            places={"L4-L5": np.array([16.0, 12.0, 10.0])},
            shares={"L4-L5": 0.0 if bright is None else 1.0},
            top="" if bright is None else "L4-L5",
            title="sub-0001",
            caption="",
            simulated=True,
        )

    return make


@pytest.mark.parametrize(("bright", "shown"), [(1, 1), (7, 7), (None, 4)])
def test_the_slice_holds_most_of_the_map_or_else_the_discs(panel_of, bright, shown):
    panel = panel_of(bright)
    t2, heat = Sagittal.of(panel.t2), Sagittal.of(panel.heat)
    place = t2.image.to_patient(
        np.array([[float(_most_of_map(t2, heat, panel)), 0, 0]])
    )
    assert place[0, 0] == pytest.approx(4.0 * shown)


def test_an_empty_map_can_be_drawn(panel_of):
    assert draw_panel(panel_of(None)).startswith(b"\x89PNG")
