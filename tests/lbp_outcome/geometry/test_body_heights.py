"""Heights in front, in the middle and behind are those of the shapes."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.body_heights import body_heights
from lbp_outcome.geometry.disc_heights import disc_heights
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around

ANATOMY = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=9, wedge_deg=7), Segment()),
    arches=True,
    tilt_deg=(12, 3, 4),
)
L4_L5 = Disc.parse("L4-L5")


def drawn(spacing, turn=(0.0, 0.0, 0.0)):
    return ANATOMY.mask(grid_around(ANATOMY, spacing, turn_deg=turn))


def read(mask):
    return LABEL_SCHEMES["spider"].read(mask)


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 0.8), (4.0, 0.7, 0.7), (1.3, 0.9, 1.1)])
def test_a_block_is_as_high_in_front_as_behind(spacing):
    spine = read(drawn(spacing, (5.0, -6.0, 8.0)))
    for vertebra in (Vertebra.L5, Vertebra.L4, Vertebra.L3):
        found = body_heights(spine, vertebra)
        heights = found.anterior_mm, found.middle_mm, found.posterior_mm
        assert heights == pytest.approx([27.0] * 3, abs=0.35)
        assert found.mean_mm == pytest.approx(27.0, abs=0.15)


def hollowed(mask, depth_mm):
    """The upper end of L4 pressed in like a trough from left to right."""
    body, (_, depth, height) = ANATOMY.bodies[1], ANATOMY.body_mm
    index = np.argwhere(mask.values == 2)
    _, y, z = body.local(mask.to_patient(index.astype(float))).T
    lost = index[z > height / 2 - depth_mm * (1 - (2 * y / depth) ** 2)]
    values = mask.values.copy()
    values[tuple(lost.T)] = 0
    return Image(values, mask.affine)


def test_a_hollow_endplate_lowers_the_middle_alone():
    found = body_heights(read(hollowed(drawn((3.0, 0.8, 0.8)), 4.0)), Vertebra.L4)
    assert found.middle_mm == pytest.approx(23.0, abs=0.4)
    assert found.anterior_mm == pytest.approx(27.0, abs=0.6)
    assert found.posterior_mm == pytest.approx(27.0, abs=0.6)


def test_a_pit_in_an_endplate_is_bridged():
    mask = drawn((3.0, 0.8, 0.8))
    body = ANATOMY.bodies[1]
    index = np.argwhere(mask.values == 2)
    x, y, z = body.local(mask.to_patient(index.astype(float))).T
    pit = index[(x**2 + (y - 2) ** 2 < 6.0**2) & (z > 27 / 2 - 5)]
    mask.values[tuple(pit.T)] = 0
    assert body_heights(read(mask), Vertebra.L4).middle_mm == pytest.approx(27, abs=0.5)


def test_the_heights_of_a_disc_follow_its_wedge_and_its_slip():
    slipped = replace(
        ANATOMY, segments=(Segment(), Segment(height_mm=9, wedge_deg=7, slip_mm=6))
    )
    mask = slipped.mask(grid_around(slipped, (4.0, 0.7, 0.7)))
    found = disc_heights(read(mask), L4_L5)
    across = (34 - 6) * np.sin(np.radians(3.5))  # over the overlap
    assert found.anterior_mm - found.posterior_mm == pytest.approx(2 * across, abs=0.8)
    assert found.middle_mm == pytest.approx(9.0, abs=0.4)


def test_a_vertebra_whose_lower_end_is_not_seen_has_no_heights():
    on_sacrum = replace(ANATOMY, lowest=Vertebra.S1, arches=False)
    mask = on_sacrum.mask(grid_around(on_sacrum, (4.0, 1.0, 1.0)))
    values = np.where(mask.values == 1, 0, mask.values)
    spine = read(Image(values, mask.affine))
    with pytest.raises(NotMeasurable, match="not segmented"):
        body_heights(spine, Vertebra.S1)
