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
from scipy import ndimage

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


VOXEL_MM = 3.0


def voxels(name):
    """A body of our spine on voxels that count towards right, front and head."""
    bones = examination().spine.vertebrae
    corner = np.min([bone.points.min(axis=0) for bone in bones.values()], axis=0)
    points = bones[Vertebra(name)].points
    index = np.round((points - corner) / VOXEL_MM).astype(int) + 1
    grid = np.zeros(index.max(axis=0) + 2, bool)
    grid[tuple(index.T)] = True
    return grid


@cache
def core(name):
    """The body without its outermost voxels, by which their protocol finds middles."""
    return ndimage.binary_erosion(voxels(name), np.ones((3, 3, 3)))


def upwards(name):
    """From the middle of the body above to that of the one below, in the slice."""
    names = ["T12", *LUMBAR]
    place = names.index(name)
    ends = names[place - 1], names[min(place + 1, len(names) - 1)]
    first, last = (np.argwhere(core(end)).mean(axis=0)[1:] for end in ends)
    return (last - first) / np.linalg.norm(last - first)


def chord(section, start, direction, step):
    """Ends of the line through the slice, in whole steps, both of them still inside."""

    def inside(place):
        values = section.astype(float)
        return ndimage.map_coordinates(values, place[:, None], order=1)[0] > 0.5

    def end(towards):
        reached = 0
        while inside(start + (reached + 1) * step * towards):
            reached += 1
        return start + reached * step * towards

    return end(-direction), end(direction)


def heights_in(section, middle, up, step):
    """Heights at 15, 50 and 85 % of the depth, from behind, in one slice [mm]."""
    back, front = chord(section, middle, np.array([-up[1], up[0]]), step)
    places = (back + share * (front - back) for share in sorted(PLACES.values()))
    ends = (chord(section, place, up, step) for place in places)
    return [VOXEL_MM * float(np.linalg.norm(top - foot)) for top, foot in ends]


@cache
def by_their_protocol(name, step=0.5):
    """Their heights on our spine: the slice in which the three differ most."""
    body, middle, up = voxels(name), np.argwhere(core(name)).mean(axis=0), upwards(name)
    across = np.flatnonzero(core(name).any(axis=(1, 2)))
    margin = round(0.25 * len(across))
    slices = range(across[0] + margin, across[-1] - margin + 1, 2)  # every 5 mm or so
    found = [heights_in(body[x], middle[1:], up, step) for x in slices]
    behind, between, ahead = max(found, key=np.ptp)
    return {"posterior": behind, "middle": between, "anterior": ahead}


@pytest.mark.parametrize("name", LUMBAR)
def test_heights_by_their_own_protocol_are_the_same(name):
    """Their slice, places, direction and steps, stated anew on what we read."""
    expected = {p: reported()[f"vertebrae_{name}_height_{p}_mm"] for p in PLACES}
    assert by_their_protocol(name) == pytest.approx(expected, abs=0.01)


def test_their_steps_alone_take_a_millimetre_off_every_height():
    """Why heights that are measured to a fraction of a voxel cannot all agree with
    theirs within 1 mm: each end of their line is the last whole step of 1.5 mm that is
    still inside, and so up to 1.5 mm short. In L5 finer steps choose another slice."""
    short = [
        by_their_protocol(name, step=0.05)[part] - by_their_protocol(name)[part]
        for name in LUMBAR[:4]
        for part in PLACES
    ]
    assert min(short) > 0.5
    assert max(short) == pytest.approx(2.1, abs=0.2)
    assert np.mean(short) == pytest.approx(1.3, abs=0.2)


def test_the_same_vertebra_is_wedged_most():
    wedges = {name: value("body_wedge_ratio", name) for name in LUMBAR}
    theirs = {
        name: reported()[f"vertebrae_{name}_height_anterior_mm"]
        / reported()[f"vertebrae_{name}_height_posterior_mm"]
        for name in LUMBAR
    }
    assert min(wedges, key=wedges.get) == min(theirs, key=theirs.get) == "L1"
    assert wedges["L1"] == pytest.approx(theirs["L1"], abs=0.06)
