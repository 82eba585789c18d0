"""Names from shapes: right where shapes tell, and unsure where they do not."""

from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.errors import NotMeasurable
from lbp_outcome.geometry.level_sequence import (
    EXPECTED,
    RARE,
    SPREADS,
    STATES,
    likely_names,
    probability_of,
)
from lbp_outcome.geometry.numbering import numbering
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.geometry.vertebra_cues import CUES
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around

LUMBAR_MR = Path(__file__).parents[4] / "shared" / "data" / "real_lumbar_mr"
needs_data = pytest.mark.skipif(
    not LUMBAR_MR.is_dir(), reason="the shared data are not here"
)

USUAL = "T10 T11 T12 L1 L2 L3 L4 L5 S1"
ANOMALIES = {
    "usual": USUAL,
    "T13": "T10 T11 T12 T13 L1 L2 L3 L4 L5 S1",
    "T11 lowest": "T9 T10 T11 L1 L2 L3 L4 L5 S1",
    "L6": "T11 T12 L1 L2 L3 L4 L5 L6 S1",
    "L4 lowest": "T9 T10 T11 T12 L1 L2 L3 L4 S1",
}
NOISE = 0.5
"""Standard deviation of planted cues, as a share of that between people."""


def states_of(anomaly):
    """The states that a column goes through, from the head down."""
    names = [Vertebra(name) for name in ANOMALIES[anomaly].split()]
    last = {"T11 lowest": "T11", "L4 lowest": "L4", "L6": "L5"}.get(anomaly)
    for name in names:
        special = anomaly if name == last else ""
        yield next(
            place
            for place, state in enumerate(STATES)
            if (state.name, state.special) == (name, special)
        )


def seen(anomaly, noise, rng):
    """Cues of one person, and the true names."""
    path = list(states_of(anomaly))
    cues = []
    for place, state in enumerate(path):
        drawn = rng.normal(EXPECTED[state], noise * SPREADS[state])
        found = dict(zip(CUES, drawn.tolist(), strict=True))
        if place == 0:
            found = {cue: found[cue] for cue in ("wedge_deg", "taper")}
        if place < len(path) - 1:
            found.pop("tilt_deg", None)
        cues.append({cue: x for cue, x in found.items() if np.isfinite(x)})
    if "T12" in ANOMALIES[anomaly]:
        cues[ANOMALIES[anomaly].split().index("L1")]["conus"] = 1.0
    return cues, [STATES[state].name for state in path]


def narrow(cues):
    """Without what a narrow sagittal scan does not show: the transverse processes."""
    return [{cue: x for cue, x in found.items() if cue != "span"} for found in cues]


def test_planted_anomalies_are_found_once_somebody_counted_from_above():
    rng = np.random.default_rng(20)
    right = []
    for anomaly in ANOMALIES:
        for _ in range(60):
            cues, names = seen(anomaly, NOISE, rng)
            right.append(likely_names(cues, top=names[0], spread=NOISE)[0] == names)
    assert np.mean(right) >= 0.98


def test_so_they_are_even_where_cues_vary_as_much_as_between_people():
    rng = np.random.default_rng(27)
    right = []
    for anomaly in ANOMALIES:
        for _ in range(80):
            cues, names = seen(anomaly, 1.0, rng)
            right.append(likely_names(cues, top=names[0])[0] == names)
    assert np.mean(right) >= 0.98


def test_without_that_count_a_t13_passes_for_a_t12():
    cues, names = seen("T13", NOISE, np.random.default_rng(26))
    assert likely_names(cues)[0][3] is Vertebra.T12
    assert likely_names(cues, top=names[0])[0][3] is Vertebra.T13


def test_confidence_is_the_share_that_is_right_among_people_as_they_come():
    rng = np.random.default_rng(21)
    chances = {"usual": 1 - sum(RARE.values()), **RARE}
    drawn = rng.choice(list(chances), p=list(chances.values()), size=500)
    right, confidence = [], []
    for anomaly in drawn:
        cues, names = seen(str(anomaly), 1.0, rng)
        cues = narrow(cues)
        found, sure = likely_names(cues)
        right.append(found == names)
        confidence.append(sure)
    assert np.mean(confidence) == pytest.approx(np.mean(right), abs=0.05)
    unsure = np.array(confidence) < np.quantile(confidence, 0.2)
    assert np.mean(np.array(right)[unsure]) < np.mean(np.array(right)[~unsure])


def test_two_vertebrae_alone_tell_less_than_nine():
    rng = np.random.default_rng(22)
    alone, together = [], []
    for _ in range(60):
        cues = narrow(seen("usual", 1.0, rng)[0])
        pair = [{k: v for k, v in c.items() if k != "conus"} for c in cues[3:5]]
        alone.append(likely_names(pair)[1])
        together.append(likely_names(cues)[1])
    assert np.mean(alone) < 0.7 < 0.9 < np.mean(together)


def test_probabilities_of_all_names_add_up_to_one():
    cues, _ = seen("usual", 1.0, np.random.default_rng(23))
    lowest = cues[-1:]
    total = sum(probability_of([name], lowest) for name in Vertebra)
    assert total == pytest.approx(1.0)


def test_a_labelled_sacrum_leaves_no_other_lowest_name():
    cues, _ = seen("usual", 1.0, np.random.default_rng(24))
    assert likely_names(cues[:-2], sacrum_is_last=True)[0][-1] is Vertebra.S1


LORDOTIC = AnalyticSpine(
    segments=(
        Segment(wedge_deg=16),
        Segment(wedge_deg=17),
        Segment(wedge_deg=10),
        Segment(wedge_deg=6),
        Segment(wedge_deg=3),
    ),
    tilt_deg=(40.0, 0.0, 0.0),
)


def opinion(lowest=None):
    mask = LORDOTIC.mask(grid_around(LORDOTIC, (4.0, 1.2, 1.2)))
    return numbering(LABEL_SCHEMES["spider"].read(mask, lowest=lowest))


def test_blocks_without_shapes_of_their_own_give_no_sure_names():
    straight = AnalyticSpine()
    mask = straight.mask(grid_around(straight, (4.0, 1.2, 1.2)))
    spine = LABEL_SCHEMES["spider"].read(mask)
    assert numbering(spine).confidence < 0.8
    assert numbering_doubt(spine) == ""


def test_stated_names_are_contradicted_only_by_shapes():
    assert opinion().names == opinion().stated
    assert not any("mis-numbered" in flag for flag in opinion().flags)
    wrong = opinion("S1")
    assert wrong.names[-1] is Vertebra.L5
    assert wrong.stated_probability < 0.05


def test_an_empty_spine_says_why_it_has_no_names():
    values = np.zeros((5, 5, 5), np.int16)
    values[2, 2] = 100
    spine = LABEL_SCHEMES["spider"].read(Image(values, np.eye(4)))
    with pytest.raises(NotMeasurable, match="segmented"):
        numbering(spine)


def test_an_extra_vertebra_that_is_stated_is_flagged_not_doubted():
    rng = np.random.default_rng(25)
    cues, names = seen("T13", 1.0, rng)
    assert likely_names(cues)[1] > probability_of(names, cues)
    grid = grid_around(LORDOTIC, (4.0, 1.2, 1.2))
    mask = LORDOTIC.mask(grid)
    table = np.zeros(256, np.uint8)
    table[[1, 2, 3, 4, 5]] = (24, 23, 22, 20, 28)
    table[[3]] = 21
    spine = LABEL_SCHEMES["spineps"].read(Image(table[mask.values], mask.affine))
    assert "extra vertebra: a T13 is labelled" in numbering(spine).flags
    assert numbering_doubt(spine) == ""


@needs_data
@pytest.mark.parametrize(
    ("subject", "lowest"),
    [("aka2", "S1"), ("s01", "S1"), ("vb2x05", "L5"), ("vb3x01", "L5")],
)
def test_real_examinations_get_their_names_and_wrong_ones_are_noticed(subject, lowest):
    # The profile was drawn up with these examinations among others: no proof of
    # accuracy, but wrong names must not pass.
    folder = LUMBAR_MR / "derivatives" / "labels" / f"sub-{subject}" / "anat"
    mask = read_image(next(folder.glob("*_dseg.nii.gz")))
    read = LABEL_SCHEMES["spider"].read
    spine = read(mask, lowest=lowest)
    assert numbering(spine).names == numbering(spine).stated
    assert numbering(spine).confidence > 0.8
    wrong = read(mask, lowest="L5" if lowest == "S1" else "S1")
    assert numbering(wrong).contradiction < 0.01
    assert numbering_doubt(wrong)
