"""Patients are seen four times; what they answer hangs together."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from lbp_outcome.questionnaires import QUESTIONNAIRES
from lbp_outcome.simulate.answer_table import answer_table
from lbp_outcome.simulate.people.forms import BLANK
from lbp_outcome.simulate.people.outcomes import succeeded
from lbp_outcome.visits import BASELINE, VISITS

LATER = VISITS[1:]


@pytest.fixture(scope="module")
def lost(world):
    """Return who sent back nothing at a visit."""
    forms = world.forms.answers.values()
    return np.all([(form == BLANK).all(axis=2) for form in forms], axis=0)


def scored(world, visit):
    """Return success scored from complete forms, the obvious way."""
    zcq = world.forms.answers["zcq"]
    before, after = zcq[:, 0], zcq[:, VISITS.index(visit)]
    back = (before[:, :12] != BLANK).all(axis=1) & (after != BLANK).all(axis=1)
    before, after = before[back].astype(float), after[back].astype(float)
    met = [
        before[:, :7].mean(axis=1) - after[:, :7].mean(axis=1) >= 0.5 - 1e-9,
        before[:, 7:12].mean(axis=1) - after[:, 7:12].mean(axis=1) >= 0.5 - 1e-9,
        after[:, 12:].mean(axis=1) < 2.5,
    ]
    return np.sum(met, axis=0) >= 2


@pytest.mark.parametrize(
    ("visit", "share"),
    [
        ("week_8", 0.67),  # FELIX: 63 and 72 % in its two arms
        ("month_12", 0.68),  # FELIX: 66 and 69 %
        ("month_24", 0.65),  # between one and five years (68 and 56 %): uncertain
    ],
)
def test_success_is_as_common_as_published_at_every_visit(world, visit, share):
    assert scored(world, visit).mean() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize(
    "score",
    [
        *("symptoms", "function", "satisfaction"),
        *("leg_pain", "back_pain", "disability", "health"),
    ],
)
def test_scores_of_one_patient_correlate_over_the_visits(world, score):
    seen = [getattr(world.course[visit], score) for visit in LATER]
    found = np.corrcoef(seen)
    assert 0.7 < found[0, 1] < 0.85
    assert 0.7 < found[1, 2] < 0.85
    assert 0.55 < found[0, 2] < found[0, 1]  # the further apart, the less alike


def test_most_who_do_well_at_eight_weeks_do_well_at_two_years(world):
    early, late = (
        succeeded(world.baseline, world.course[v]) for v in ("week_8", "month_24")
    )
    assert late[early].mean() > 0.75
    assert late[~early].mean() < 0.45


def test_disability_and_health_have_the_published_spread(world):
    # ODI 37 to 42 +/- 12 to 16 before, 18 to 25 +/- 16 to 19 after surgery; the EQ-5D
    # index of about 0.55 and 0.75 is plausible, not published for these cohorts.
    before, after = world.baseline, world.outcome
    for score, mean, sd in (
        (before.disability, 40, 14.5),
        (after.disability, 21.5, 16.5),
        (before.health, 0.55, 0.20),
        (after.health, 0.75, 0.18),
    ):
        assert score.mean() == pytest.approx(mean, rel=0.02)
        assert score.std() == pytest.approx(sd, rel=0.05)


def test_the_fast_table_is_the_one_that_pandas_writes(world):
    answers = world.forms.answers["zcq"][:50]
    patients = [world.pseudonym(row) for row in range(50)]
    items = QUESTIONNAIRES["zcq"].items
    rows = pd.MultiIndex.from_product(
        [patients, VISITS], names=["participant_id", "visit"]
    )
    slow = pd.DataFrame(answers.reshape(200, 18), index=rows, columns=list(items))
    text = slow.astype("Int64").mask(slow == BLANK).to_csv(sep="\t", na_rep="n/a")
    assert answer_table(patients, VISITS, answers, items).decode() == text


def test_all_instruments_tell_of_the_same_improvement(world):
    before, after = world.baseline, world.outcome
    gains = {
        name: sign * (getattr(before, name) - getattr(after, name))
        for name, sign in (
            *(("symptoms", 1), ("function", 1), ("leg_pain", 1), ("back_pain", 1)),
            *(("disability", 1), ("health", -1)),
        )
    }
    for one, other in combinations(gains, 2):
        assert 0.3 < np.corrcoef(gains[one], gains[other])[0, 1] < 0.9, (one, other)


def test_a_rating_is_a_tenth_of_the_mark_give_or_take_one(world):
    line, rating = (world.forms.answers[f"pain_{kind}"] for kind in ("vas", "nrs"))
    both = (line != BLANK) & (rating != BLANK)
    apart = rating[both] - line[both] / 10
    assert abs(apart.mean()) < 0.1
    assert 0.4 < apart.std() < 0.7


def test_more_patients_are_lost_the_longer_it_takes(lost):
    share = dict(zip(VISITS, lost.mean(axis=0), strict=True))
    assert share[BASELINE] == 0
    assert share["week_8"] == pytest.approx(0.03, abs=0.003)
    assert share["month_12"] == pytest.approx(0.05, abs=0.003)
    assert share["month_24"] == pytest.approx(0.10, abs=0.004)


def test_most_who_are_lost_stay_lost_but_some_come_back(lost):
    gone = lost[:, VISITS.index("month_12")]
    later = lost[gone, VISITS.index("month_24")]
    assert 0.6 < later.mean() < 0.95


def test_blanks_are_as_common_as_promised(world, lost):
    for name, answers in world.forms.answers.items():
        after = VISITS.index("month_12")
        back = answers[~lost[:, after], after]
        share = (back == BLANK).mean(axis=0)
        expected = np.full(len(share), 0.02)
        if name == "odi":
            expected[7] = 0.15  # the section on sex life
        np.testing.assert_allclose(share, expected, atol=0.004)
    assert (~world.forms.has_mri).mean() == pytest.approx(0.06, abs=0.004)
    assert (~world.forms.has_xray).mean() == pytest.approx(0.04, abs=0.004)
