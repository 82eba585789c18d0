"""Scales of degeneration: every row of every table, and what no table may do."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lbp_outcome.anatomy import LUMBAR_DISCS, Border
from lbp_outcome.errors import InvalidChoice, NotMeasurable
from lbp_outcome.radiographs import SCALES, Corner, RadiographLevel, level_rows
from lbp_outcome.radiographs.elemental import elemental
from lbp_outcome.radiographs.kellgren_lawrence import kellgren_lawrence
from lbp_outcome.radiographs.lane import lane
from lbp_outcome.radiographs.wilke import wilke

SEEN = [corner for corner in Corner if not corner.startswith("back")]


def level(loss=0.0, spur=0.0, dense=0.0, slip=0.0, percent=0.0, **others):
    return RadiographLevel(
        height_loss_percent=loss,
        osteophytes_mm=others.get("spurs", dict.fromkeys(SEEN, spur)),
        sclerosis=others.get("sclerosis", dict.fromkeys(Border, dense)),
        slip_mm=slip,
        slip_percent=percent,
    )


@pytest.mark.parametrize(
    ("loss", "spur", "dense", "grade"),
    [
        (-9, 0, 0, 0),
        (70, 0.9, 0, 0),
        (0, 1.0, 0, 1),
        (60, 2.9, 0.5, 1),
        (0, 3.0, 0, 2),
        (19.9, 7, 1, 2),
        (20, 3.0, 0, 3),
        (49.9, 7, 1, 3),
        (50, 4.9, 0.59, 3),
        (50, 5.0, 0, 4),
        (50, 0, 0.6, 4),
    ],
)
def test_kellgren_lawrence_follows_its_table(loss, spur, dense, grade):
    found = kellgren_lawrence(level(loss, spur, dense))
    assert found == {"kellgren_lawrence_grade": grade}


@pytest.mark.parametrize(
    ("loss", "spur", "dense", "grades"),
    [
        (0, 0, 0, (0, 0, 0, 0)),
        (20, 0, 0.3, (1, 0, 1, 1)),
        (33, 1, 0, (2, 1, 0, 2)),
        (66, 3, 0, (3, 2, 0, 2)),
        (0, 5, 0, (0, 3, 0, 2)),
        (19, 2.9, 1, (0, 1, 1, 1)),
    ],
)
def test_lane_follows_its_table(loss, spur, dense, grades):
    assert tuple(lane(level(loss, spur, dense)).values()) == grades


def test_lane_looks_at_osteophytes_in_front_alone():
    spurs = {**dict.fromkeys(SEEN, 7.0), Corner.FRONT_ABOVE: 0, Corner.FRONT_BELOW: 0}
    assert lane(level(spurs=spurs))["lane_osteophyte_grade"] == 0


@pytest.mark.parametrize(
    ("loss", "spurs", "sclerosis", "grades"),
    [
        (0, [0] * 6, (0, 0), (0, 0, 0, 0)),
        (9.9, [0.5, 0, 0, 0, 0, 0], (0, 0), (0, 1, 0, 1)),
        (10, [0.5] * 4 + [0] * 2, (0.2, 0), (1, 1, 1, 1)),
        (33, [0.5] * 5 + [0], (0.2, 0), (2, 2, 1, 2)),
        (66, [3.0] * 4 + [0.5, 0], (0.6, 0.1), (3, 3, 2, 3)),
        (0, [3.0] * 4 + [0, 0], (0.2, 0.2), (0, 2, 2, 2)),
        (70, [3.0] * 6, (0.6, 0.6), (3, 3, 3, 3)),
    ],
)
def test_wilke_follows_its_table(loss, spurs, sclerosis, grades):
    seen = level(
        loss,
        spurs=dict(zip(SEEN, spurs, strict=True)),
        sclerosis=dict(zip(Border, sclerosis, strict=True)),
    )
    assert tuple(wilke(seen).values()) == grades


def test_wilke_needs_both_films():
    front = {Corner.FRONT_ABOVE: 1.0, Corner.FRONT_BELOW: 1.0}
    with pytest.raises(NotMeasurable, match="6 of the eight"):
        wilke(level(spurs=front))


@pytest.mark.parametrize(
    ("loss", "spur", "dense", "slip", "percent", "total"),
    [
        (0, 0, 0, 0, 0, 0),
        (20, 1, 0.2, 3, 9, 4),
        (50, 3, 0.6, 9, 25, 8),
        (0, 0, 0, -3, -9, 1),
        (0, 0, 0, 2.9, 30, 0),
    ],
)
def test_the_elemental_sum_adds_four_elements(loss, spur, dense, slip, percent, total):
    found = elemental(level(loss, spur, dense, slip, percent))
    assert found["elemental_sum"] == total
    assert sum(found.values()) == 2 * total


numbers = st.floats(0, 100)


@given(numbers, st.floats(0, 7), st.floats(0, 1), st.floats(0, 12), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_a_worse_disc_never_has_a_lower_grade(loss, spur, dense, slip, which):
    sound = [loss, spur, dense, slip]
    worse = [number * (1.3 if row == which else 1) for row, number in enumerate(sound)]
    worse[2] = min(worse[2], 1.0)
    for scale in SCALES.values():
        before, after = (scale.table(level(*n, 3 * n[3])) for n in (sound, worse))
        assert all(before[name] <= after[name] for name in before)


@pytest.mark.parametrize("name", SCALES)
def test_every_scale_keeps_within_its_grades_and_names_its_wording(name):
    scale = SCALES[name]
    least = scale.table(level())
    most = scale.table(level(100, 7, 1, 12, 40))
    assert scale.wording
    assert scale.reference
    assert [grade.name for grade in scale.grades] == list(least)
    assert set(least.values()) == {0}
    assert list(most.values()) == [grade.highest for grade in scale.grades]


@pytest.mark.parametrize("name", SCALES)
def test_what_is_not_seen_is_never_taken_as_sound(name):
    with pytest.raises(NotMeasurable):
        SCALES[name].table(RadiographLevel())


@pytest.mark.parametrize("name", SCALES)
def test_no_scale_grades_a_disc_of_unknown_height(name):
    with pytest.raises(NotMeasurable, match="height"):
        SCALES[name].table(replace(level(), height_loss_percent=None))


def test_a_disc_has_the_same_rows_whatever_is_known_of_it():
    disc = LUMBAR_DISCS[-1]
    known, unknown = level_rows(level(), disc), level_rows(RadiographLevel(), disc)
    assert [r.name for r in known] == [r.name for r in unknown]
    assert all(r.reason and r.value is None for r in unknown)
    assert {r.remark for r in known if r.name.startswith("xray_lane")} == {
        SCALES["lane"].wording
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"osteophytes_mm": {Corner.FRONT_ABOVE: -1.0}},
        {"sclerosis": {Border.ABOVE: 1.1}},
        {"slip_mm": float("nan")},
    ],
)
def test_a_component_that_cannot_be_is_refused(wrong):
    with pytest.raises(InvalidChoice):
        RadiographLevel(**wrong)
