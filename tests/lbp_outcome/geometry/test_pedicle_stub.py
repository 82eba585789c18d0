from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.geometry.body import body
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import grid_around
from lbp_outcome.phantoms.spine import AnalyticSpine, Segment

ARCHED = AnalyticSpine(
    segments=(Segment(), Segment()), arches=True, tilt_deg=(6.0, 3.0, 4.0)
)


def spines(spacing):
    """The same spine with and without its arches, on the same voxels."""
    grid = grid_around(ARCHED, spacing)
    return (
        LABEL_SCHEMES["spider"].read(spine.mask(grid))
        for spine in (ARCHED, replace(ARCHED, arches=False))
    )


@pytest.mark.parametrize("spacing", [(1.2, 1.2, 1.2), (4.0, 0.9, 0.9)])
def test_a_body_is_the_same_with_and_without_its_pedicles(spacing):
    arched, plain = spines(spacing)
    for name in (Vertebra.L5, Vertebra.L4):
        truth = plain.vertebrae[name]
        found, whole = body(arched, name), arched.vertebrae[name]
        assert whole.volume_mm3 > 1.2 * truth.volume_mm3
        assert found.volume_mm3 == pytest.approx(truth.volume_mm3, rel=0.015)
        assert np.abs(found.centroid - truth.centroid).max() < 0.25
