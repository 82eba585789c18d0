"""The numbers of another program, on the masks it measured itself.

TotalSegmentator's own example (Apache-2.0): a CT with voxels of 3 mm, the bodies of T12
to L5, and the heights and volumes that its spine report gives for them. Its heights are
multiples of 1.5 mm.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.body_heights import heights_at
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.place import Place

REFERENCE = Path(__file__).parents[4] / "shared/data/totalsegmentator_ref/spine_report"
REPORT = REFERENCE / "example_ct_report/spine_report.json"
BODIES = REFERENCE / "test_result/totalseg_vertebrae_pp_refined.nii.gz"

LUMBAR = [f"L{number}" for number in range(1, 6)]
T12_THERE = 19
"""Its number for T12; L1 to L5 follow."""

pytestmark = pytest.mark.skipif(
    not REPORT.is_file(), reason="TotalSegmentator's example is not on this machine"
)


@cache
def examination():
    mask = read_image(BODIES)
    labels = mask.values.astype(np.int16)
    spider = np.where(labels > 0, T12_THERE + 6 - labels, 0).astype(np.int16)
    return Examination(spine=LABEL_SCHEMES["spider"].read(Image(spider, mask.affine)))


@cache
def reported():
    return json.loads(REPORT.read_text())["results"]


def value(name, vertebra):
    place = Place(vertebra=Vertebra(vertebra))
    return MEASUREMENTS[name].value(examination(), place)


@pytest.mark.parametrize("name", LUMBAR)
def test_volumes_are_the_same(name):
    expected = reported()[f"vertebrae_{name}_volume_ml"]
    assert value("body_volume_cm3", name) == pytest.approx(expected, abs=0.01)


PLACES = {"anterior": 0.15, "middle": 0.5, "posterior": 0.85}
"""Where TotalSegmentator measures, as a share of the depth from the front."""


@pytest.mark.parametrize("part", PLACES)
def test_heights_at_the_same_places_agree_within_a_millimetre_on_average(part):
    """Theirs are taken in the slice where the three heights differ most, in steps of
    1.5 mm, the last one still inside; ours in the midline, so single ones differ."""
    expected = [reported()[f"vertebrae_{name}_height_{part}_mm"] for name in LUMBAR]
    spine = examination().spine
    found = [heights_at(spine, Vertebra(name), [PLACES[part]])[0] for name in LUMBAR]
    more = np.subtract(found, expected)
    assert abs(more.mean()) < 1.05
    assert np.abs(more).max() < 3.1  # one voxel


def test_the_same_vertebra_is_wedged_most():
    wedges = {name: value("body_wedge_ratio", name) for name in LUMBAR}
    theirs = {
        name: reported()[f"vertebrae_{name}_height_anterior_mm"]
        / reported()[f"vertebrae_{name}_height_posterior_mm"]
        for name in LUMBAR
    }
    assert min(wedges, key=wedges.get) == min(theirs, key=theirs.get) == "L1"
    assert wedges["L1"] == pytest.approx(theirs["L1"], abs=0.06)
