"""A table of predictors: named columns, reasons for gaps, no look into the future."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.cohort.dictionary import PARTICIPANT_COLUMNS
from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.features import feature_table
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit


@pytest.fixture
def cohort(tmp_path):
    participants = pd.DataFrame(
        {
            "age": [61.0, 72.0, float("nan")],
            "sex": ["F", "M", None],
            "smoker": ["0", "1", "0"],
            "operated_level": ["L4-L5", "L3-L4", None],
            "site": ["a", "b", "a"],
        },
        index=pd.Index(["sub-1", "sub-2", "sub-3"], name="participant_id"),
    )
    severity = Measurement(name="zcq_symptom_severity", value=3.0, unit=Unit.SCORE)
    return Cohort(
        folder=tmp_path,
        simulated=True,
        participants=participants,
        columns={name: PARTICIPANT_COLUMNS[name] for name in participants.columns},
        scores={("sub-1", "baseline"): {"zcq_symptom_severity": severity}},
    )


def height(level, value, reason=""):
    return Measurement(
        name="disc_height_mm",
        value=value,
        unit=Unit.MILLIMETRE,
        level=Disc.parse(level),
        reason=reason,
    )


MEASURED = {
    "sub-1": [height("L3-L4", 9.0), height("L4-L5", 6.0)],
    "sub-2": [height("L3-L4", None, "disc L3-L4 is cut off"), height("L4-L5", 8.0)],
}


def table(cohort, clinical=(), measurements=(), measured=MEASURED):
    return feature_table(
        cohort, clinical=clinical, measurements=measurements, measured=measured
    )


def test_numbers_stay_numbers_and_categories_become_indicators(cohort):
    found = table(cohort, ["age", "sex", "smoker"])
    assert list(found.numbers.columns) == ["age", "sex=M", "smoker"]
    assert found.numbers.loc["sub-2"].tolist() == [72, 1, 1]
    assert found.predictors[0].unit is Unit.YEAR


def test_a_gap_is_nan_with_its_reason(cohort):
    found = table(cohort, ["age", "zcq_symptom_severity_baseline"])
    assert math.isnan(found.numbers.loc["sub-3", "age"])
    assert found.reasons["sub-3", "age"] == "not filled in"
    reason = found.reasons["sub-2", "zcq_symptom_severity_baseline"]
    assert reason == "the questionnaire was not filled in before surgery"
    assert ("sub-1", "age") not in found.reasons


@pytest.mark.parametrize(
    ("where", "first"),
    [("min", 6), ("max", 9), ("mean", 7.5), ("operated", 6), ("L3-L4", 9)],
)
def test_a_disc_measurement_is_taken_over_levels_or_at_one(cohort, where, first):
    name = f"disc_height_mm.{where}"
    assert table(cohort, measurements=[name]).numbers.loc["sub-1", name] == first


def test_says_why_a_measurement_is_missing(cohort):
    names = ["disc_height_mm.operated", "disc_height_mm.L1-L2"]
    reasons = table(cohort, measurements=names).reasons
    assert reasons["sub-2", names[0]] == "disc L3-L4 is cut off"
    assert reasons["sub-1", names[1]] == "L1-L2 is not in the image"
    assert reasons["sub-3", names[0]] == "no segmented MR image"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("zcq_2of3", "'zcq_2of3' is an outcome, so it cannot be a predictor"),
        ("leg_pain", "'leg_pain' is an outcome"),
        ("leg_pain_month_12", "is known only after surgery"),
        ("site", "'site' is free text; declare its Levels"),
    ],
)
def test_refuses_what_is_no_predictor(cohort, name, message):
    with pytest.raises(InvalidChoice, match=message):
        table(cohort, [name])


def test_a_postoperative_column_is_refused(cohort):
    late = replace(PARTICIPANT_COLUMNS["age"], before_surgery=False)
    known_late = replace(cohort, columns={**cohort.columns, "age": late})
    with pytest.raises(InvalidChoice, match="marks 'age' as postoperative"):
        table(known_late, ["age"])


@pytest.mark.parametrize(
    ("kind", "name", "near"),
    [
        ("clinical", "aeg", "age"),
        ("clinical", "zcq_symptom_severity_basline", "zcq_symptom_severity_baseline"),
        ("measurements", "disc_heigth_mm.min", "disc_height_mm"),
        ("measurements", "disc_height_mm.mni", "min"),
    ],
)
def test_a_misspelt_predictor_gets_a_suggestion(cohort, kind, name, near):
    with pytest.raises(UnknownName, match=f"Did you mean '{near}'"):
        table(cohort, **{kind: [name]})


def test_satisfaction_cannot_be_known_before_surgery(cohort):
    with pytest.raises(UnknownName):
        table(cohort, ["zcq_satisfaction_baseline"])


def test_a_disc_measurement_needs_a_place(cohort):
    with pytest.raises(InvalidChoice, match=r"write 'disc_height_mm.min'"):
        table(cohort, measurements=["disc_height_mm"])
    with pytest.raises(InvalidChoice, match="taken once per spine"):
        table(cohort, measurements=["cobb_deg.min"])


def area(side, value, level="L4-L5"):
    return Measurement(
        name="muscle_area_cm2",
        value=value,
        unit=Unit.SQUARE_CENTIMETRE,
        level=Disc.parse(level),
        part=Muscle.MULTIFIDUS,
        side=side,
    )


AREAS = {
    "sub-1": [
        area(Side.LEFT, 6.0),
        area(Side.RIGHT, 8.0),
        area(Side.LEFT, 3.0, "L3-L4"),
    ],
    "sub-2": [area(Side.LEFT, 5.0)],
}


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("multifidus.left.L4-L5", 6.0),
        ("L4-L5.multifidus.left", 6.0),
        ("multifidus.L4-L5", 7.0),
        ("operated.max", 8.0),
        ("left.min", 3.0),
        ("mean", 17 / 3),
    ],
)
def test_words_say_where_and_what_is_left_open_is_averaged(cohort, words, first):
    name = f"muscle_area_cm2.{words}"
    found = table(cohort, measurements=[name], measured=AREAS)
    assert found.numbers.loc["sub-1", name] == pytest.approx(first)


def test_a_side_that_was_not_measured_is_a_gap_with_its_reason(cohort):
    name = "muscle_area_cm2.right.L4-L5"
    found = table(cohort, measurements=[name], measured=AREAS)
    assert math.isnan(found.numbers.loc["sub-2", name])
    assert found.reasons["sub-2", name] == "right L4-L5 is not in the image"


def test_a_word_that_is_no_place_of_this_measurement_is_refused(cohort):
    with pytest.raises(UnknownName, match="above"):
        table(cohort, measurements=["muscle_area_cm2.above.L4-L5"], measured=AREAS)
    with pytest.raises(InvalidChoice, match="once per spine"):
        table(cohort, measurements=["cobb_deg.left"], measured=AREAS)
