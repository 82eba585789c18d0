"""Mean errors over a spread of spines stay within what users are told."""

from functools import cache

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.examination import Examination
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.place import Place

FINE, THICK = (0.8, 0.8, 0.8), (4.0, 0.7, 0.7)

PROMISED = {  # mean absolute error with 0.8 mm voxels, and with 4 mm slices
    "disc_height_mm": (0.15, 0.5),
    "disc_wedge_deg": (0.7, 1.5),
    "listhesis_mm": (0.4, 1.0),
    "canal_area_mm2": (3.0, 8.0),  # percent
    "canal_ap_mm": (0.4, 0.8),
}


def random_spine(rng):
    segments = tuple(
        Segment(
            height_mm=rng.uniform(5, 13),
            wedge_deg=rng.uniform(-2, 15),
            slip_mm=rng.choice([0.0, rng.uniform(-4, 8)]),
            coronal_deg=rng.uniform(-6, 6),
            canal_mm=[(8.0, 6.0), (6.5, 3.5), (7.0, 5.0)][rng.integers(3)],
        )
        for _ in range(3)
    )
    return AnalyticSpine(
        segments=segments,
        lowest=Vertebra.S1,
        shape="box" if rng.random() < 0.5 else "ellipse",
        arches=bool(rng.random() < 0.5),
        gap_mm=float(rng.choice([0.0, 0.8])),
        tilt_deg=(22 + rng.uniform(-8, 8), rng.uniform(-6, 6), rng.uniform(-12, 12)),
    )


def truth(name, segment):
    return {
        "disc_height_mm": segment.height_mm,
        "disc_wedge_deg": segment.wedge_deg,
        "listhesis_mm": segment.slip_mm,
        "canal_area_mm2": np.pi * np.prod(segment.canal_mm),
        "canal_ap_mm": 2 * segment.canal_mm[1],
    }[name]


@cache
def errors(spacing):
    """Error of every measurement at every disc of some random spines."""
    rng = np.random.default_rng(20)
    found = {name: [] for name in PROMISED}
    for _ in range(3):
        anatomy = random_spine(rng)
        turn = tuple(rng.uniform(-10, 10, 3))
        mask = anatomy.mask(grid_around(anatomy, spacing, axes="PIR", turn_deg=turn))
        spine = LABEL_SCHEMES["spider"].read(mask, lowest="S1")
        for name, disc, segment in (
            (name, disc, segment)
            for name in PROMISED
            for disc, segment in zip(anatomy.discs, anatomy.segments, strict=True)
        ):
            error = MEASUREMENTS[name].value(
                Examination(spine=spine), Place(disc=disc)
            ) - truth(name, segment)
            percent = 100 / truth(name, segment) if name == "canal_area_mm2" else 1
            found[name].append(error * percent)
    return found


@pytest.mark.parametrize("name", PROMISED)
@pytest.mark.parametrize("spacing", [FINE, THICK], ids=["0.8 mm", "4 mm slices"])
def test_the_mean_error_is_as_small_as_promised(name, spacing):
    limit = PROMISED[name][spacing is THICK]
    assert np.abs(errors(spacing)[name]).mean() < limit
