"""Columns have the vertebrae, curves and findings drawn, as often as meant."""

from collections import Counter

import numpy as np
import pytest

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.column import stack_column
from lbp_outcome.simulate.body.curve import turned_axially
from lbp_outcome.simulate.body.discs import DiscShape
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.numbering import draw_numbering, number_vertebrae
from lbp_outcome.simulate.people.patients import draw_patients

PATIENTS = 300


@pytest.fixture(scope="module")
def patients():
    return draw_patients(PATIENTS, np.random.default_rng(4))


@pytest.fixture(scope="module")
def columns(patients):
    return [
        stack_column(patients.only(row), np.random.default_rng(row))
        for row in range(PATIENTS)
    ]


def share_of(columns, finding):
    """Return the share of patients of whom something is true."""
    return np.mean([finding(bones, discs) for bones, discs, _ in columns])


def test_usual_patients_have_nine_vertebrae_from_t9_to_l5():
    usual = number_vertebrae()
    assert [str(disc) for disc in usual.discs[-2:]] == ["L4-L5", "L5-S1"]
    assert usual.vertebrae[0] == Vertebra.T9


def test_a_sixth_lumbar_vertebra_lies_between_l5_and_the_sacrum():
    names = [str(disc) for disc in number_vertebrae(six_lumbar=True).discs]
    assert names[-3:] == ["L4-L5", "L5-L6", "L6-S1"]
    assert names[0] == "T10-T11"


def test_a_thirteenth_thoracic_vertebra_lies_between_t12_and_l1():
    names = [str(disc) for disc in number_vertebrae(thirteen_thoracic=True).discs]
    assert names[2:4] == ["T12-T13", "T13-L1"]


def test_every_patient_has_the_discs_that_are_operated_on(columns):
    for _, discs, _ in columns:
        assert {"L2-L3", "L3-L4", "L4-L5"} <= {str(disc.name) for disc in discs}


def test_bones_count_from_the_lowest_and_discs_join_their_neighbours(columns):
    for bones, discs, sacrum in columns:
        assert [bone.number for bone in bones] == list(range(len(bones), 0, -1))
        chain = [*bones, sacrum.segments[0]]
        for disc, upper, lower in zip(discs, chain, chain[1:], strict=False):
            assert disc.upper is upper
            assert disc.number == upper.number
            assert disc.lower.name == lower.name


def test_transitions_are_as_frequent_as_published():
    rng = np.random.default_rng(0)
    drawn = [draw_numbering(rng) for _ in range(20_000)]
    types = Counter(numbering.castellvi for numbering in drawn)
    transitional = sum(types.values()) - types[0]
    assert transitional / len(drawn) == pytest.approx(0.181, abs=0.01)
    for castellvi, percent in enumerate((41.7, 41.4, 11.5, 5.2), start=1):
        share = 100 * types[castellvi] / transitional
        assert share == pytest.approx(percent, abs=2.5)


def test_only_the_lowest_vertebra_is_transitional(columns):
    for bones, _, _ in columns:
        assert not any(bone.castellvi for bone in bones[:-1])


def test_findings_are_about_as_frequent_as_published(columns):
    """Shares of patients; protrusions and fissures after Brinjikji (sheet 1.1)."""
    for expected, within, finding in (
        (0.37, 0.07, lambda _, discs: has_herniation(discs, "protrusion")),
        (0.04, 0.03, lambda _, discs: has_herniation(discs, "extrusion")),
        (0.26, 0.06, lambda _, discs: any(disc.fissure for disc in discs)),
        (0.20, 0.06, lambda _, discs: max(disc.slip for disc in discs) >= 3),
        (0.13, 0.05, lambda bones, _: has_pit(bones, deeper=3.0)),
        (0.045, 0.03, lambda bones, _: any(bone.fracture for bone in bones)),
    ):
        assert share_of(columns, finding) == pytest.approx(expected, abs=within)


def has_herniation(discs, kind):
    return any(disc.herniation and disc.herniation.kind == kind for disc in discs)


def has_pit(bones, deeper):
    plates = [plate for bone in bones for plate in (bone.top, bone.bottom)]
    return any(pit.depth >= deeper for plate in plates for pit in plate.pits)


def test_modic_changes_rise_with_the_grade_and_are_mostly_fat(columns):
    changed, types = {grade: [] for grade in range(1, 6)}, Counter()
    for _, discs, _ in columns:
        for disc in discs[-5:]:
            modic = disc.upper.bottom.modic or disc.lower.top.modic
            changed[disc.grade].append(modic is not None)
            types.update([modic.type] if modic else [])
    shares = [np.mean(changed[grade]) for grade in (2, 3, 4, 5)]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(0.5, abs=0.1)
    assert [kind for kind, _ in types.most_common()] == [2, 1, 3]


def test_discs_of_grade_1_are_found_in_the_young_only(patients, columns):
    for age, (_, discs, _) in zip(patients.age, columns, strict=True):
        if age >= 50:
            assert min(disc.grade for disc in discs) >= 2


def test_a_sixth_of_the_spines_is_scoliotic(columns):
    """The largest difference in side lean between two vertebrae exceeds 10 degrees."""

    def curved(bones, _):
        leans = [np.degrees(np.arcsin(bone.frame.superior[0])) for bone in bones]
        return np.ptp(leans) > 10

    assert 0.12 < share_of(columns, curved) < 0.24


def test_endplates_never_touch(columns):
    """Not even at the rim of the most wedged disc of a scoliosis."""
    around = np.linspace(0, 2 * np.pi, 24)
    for _, discs, _ in columns[:120]:
        for disc in discs:
            bone = disc.upper
            right = 0.95 * bone.size.width / 2 * np.cos(around)
            anterior = 0.95 * bone.size.depth / 2 * np.sin(around)
            up = bone.lower_endplate(right, anterior)
            local = np.column_stack([right, anterior, up])
            points = bone.frame.origin + local @ bone.frame.axes
            below = (points - disc.lower.frame.origin) @ disc.lower.frame.axes.T
            gap = below[:, 2] - disc.lower.upper_endplate(below[:, 0], below[:, 1])
            assert gap.min() > 0


def test_the_grade_of_the_operated_disc_leaves_all_other_findings_alone(twin):
    for seed in range(12):
        worn, sound = (
            stack_column(twin(degenerate=value), np.random.default_rng(seed))
            for value in (True, False)
        )
        operated = twin().level_of(0)
        for one, other in zip(worn[1], sound[1], strict=True):
            assert one.herniation == other.herniation or both_like(one, other)
            assert one.slip == other.slip
            if one.name != operated:
                assert one.grade == other.grade
                assert one.rim_height == other.rim_height
                assert one.bulge == other.bulge


def both_like(one: DiscShape, other: DiscShape) -> bool:
    """Whether two discs have the same herniation."""
    return vars(one.herniation) == vars(other.herniation)


def test_no_other_cause_changes_the_column(twin):
    changed = {
        "multifidus_fat": 80.0,
        "redundant_roots": True,
        "without_fat": True,
        "sac_area": 30.0,
    }
    for name, value in changed.items():
        usual = stack_column(twin(), np.random.default_rng(1))
        other = stack_column(twin(**{name: value}), np.random.default_rng(1))
        for bone, same in zip(usual[0], other[0], strict=True):
            np.testing.assert_array_equal(bone.frame.origin, same.frame.origin)
            assert bone.size == same.size


def test_a_turned_bone_keeps_its_place_and_its_upward_axis():
    frame = Frame.tilted(np.array([1.0, 2.0, 3.0]), 20, 5)
    turned = turned_axially(frame, 12.0)
    np.testing.assert_array_equal(turned.origin, frame.origin)
    np.testing.assert_allclose(turned.superior, frame.superior)
    assert turned.anterior @ frame.axes[0] < 0  # the front turns to the left
    np.testing.assert_allclose(turned.axes @ turned.axes.T, np.eye(3), atol=1e-12)
