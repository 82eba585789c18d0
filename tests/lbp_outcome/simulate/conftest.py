"""Simulated patients shared by the tests of this folder."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.simulate.body.bones import Endplate, VertebraShape
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.sizes import VERTEBRA_SIZES
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.paint.tissues import T1, T2
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.people.world import draw_world
from lbp_outcome.simulate.scan.magnetic_resonance import acquire
from lbp_outcome.simulate.scan.plan import plan_sagittal
from lbp_outcome.simulate.scan.site import SITE_A
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
        scan = plan_sagittal(anatomy, SITE_A, np.random.default_rng(9), pixel_mm=1.0)
        canvas = replace(scan, looks={"t1": T1, "t2": T2}).canvas()
        paint_anatomy(canvas, anatomy)
        rng = np.random.default_rng(9)
        images = [acquire(canvas, contrast, scan, rng) for contrast in ("t2", "t1")]
        return anatomy, canvas, *images

    return make


@pytest.fixture(scope="session")
def one_bone():
    """Return a maker of one vertebra with its middle at the patient's origin."""

    def make(name="L2", *, hollow=1.5, pits=(), lobes=2.0):
        vertebra = Vertebra(name)
        return VertebraShape(
            name=vertebra,
            number=4,
            frame=Frame.patient(),
            size=VERTEBRA_SIZES[vertebra],
            top=Endplate(hollow=hollow, pits=pits),
            bottom=Endplate(hollow=hollow),
            lobes=lobes,
        )

    return make


@pytest.fixture(scope="session")
def one_disc(one_bone):
    """Return a maker of one disc between two equal bones, its middle at the origin."""

    def make(*, bulge=0.0, herniation=None, pits=(), rim=9.0):
        """Return a disc between two equal bones; its middle is the patient's origin."""
        size = VERTEBRA_SIZES[Vertebra.L3]
        assert size.front == size.back  # L3 has parallel endplates
        below = replace(one_bone("L3", pits=pits), number=3)
        above = replace(one_bone("L3"), name=Vertebra.L2, number=4)
        half = rim / 2 + below.height / 2
        below, above = (
            replace(bone, frame=Frame.patient().moved(superior=up * half))
            for bone, up in ((below, -1), (above, 1))
        )
        return DiscShape(
            name=Disc.parse("L2-L3"),
            number=4,
            frame=Frame.patient(),
            upper=above,
            lower=below,
            rim_height=rim,
            grade=3,
            bulge=bulge,
            signal_deviation=0.0,
            slip=0.0,
            herniation=herniation,
        )

    return make
