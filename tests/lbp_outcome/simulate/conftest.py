"""Simulated patients shared by the tests of this folder."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.people.world import draw_world
from lbp_outcome.simulate.scan.magnetic_resonance import acquire
from lbp_outcome.simulate.scan.plan import plan_scan
from lbp_outcome.simulate.scenario import SCENARIOS

SEED = 11


@pytest.fixture(scope="session")
def world():
    """Return 100,000 patients of the default world."""
    return draw_world(100_000, SCENARIOS["default"], seed=3)


@pytest.fixture(scope="session")
def cohort(tmp_path_factory):
    """Return a finished folder of two patients with all their images."""
    out = tmp_path_factory.mktemp("cohort") / "simulated"
    return simulate_cohort(out, patients=2, seed=SEED, processes=1)


@pytest.fixture(scope="session")
def twin():
    """Return a maker of one patient, always the same but for the causes given."""

    def make(**causes):
        patient = draw_patients(1, np.random.default_rng(5))
        return replace(patient, **{name: np.array([v]) for name, v in causes.items()})

    return make


@pytest.fixture(scope="session")
def anatomy_of():
    """Return a maker of one patient's anatomy."""

    def make(patient, seed=2):
        return draw_anatomy(patient, np.random.default_rng(seed))

    return make


@pytest.fixture(scope="session")
def scanned(anatomy_of):
    """Return a maker of anatomy, painted canvas, T2 and T1 image of one patient."""

    def make(patient, seed=2):
        anatomy = anatomy_of(patient, seed)
        scan = plan_scan(anatomy, 0, np.random.default_rng(9), pixel_mm=1.0)
        canvas = Canvas(scan.affine, scan.shape, ("t1", "t2"))
        paint_anatomy(canvas, anatomy)
        rng = np.random.default_rng(9)
        images = [acquire(canvas, contrast, scan, rng) for contrast in ("t2", "t1")]
        return anatomy, canvas, *images

    return make
