"""A model advises on a patient like those it knows, and is silent about others."""

import json
import re
import shutil
import subprocess

import pytest

from lbp_outcome import BANNER
from lbp_outcome.errors import InvalidChoice, LbpError
from lbp_outcome.tool.advise import advise_patient

HEADER = "participant_id\tage\tsex\tsmoker\tdepression\n"


@pytest.fixture
def visitor(tmp_path):
    """A new patient in a cohort of their own."""

    def arrive(age=66, sex="F", smoker="0", depression="0"):
        folder = tmp_path / "visitor"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        row = f"sub-new\t{age}\t{sex}\t{smoker}\t{depression}\n"
        (folder / "participants.tsv").write_text(HEADER + row)
        return folder

    return arrive


@pytest.fixture
def advise(study, tmp_path):
    def ask(cohort, patient="sub-new", model="small-clinical", **options):
        return advise_patient(model, patient, cohort, tmp_path / "advice", **options)

    return ask


def test_the_page_says_all_that_a_decision_aid_must_say(advise, visitor):
    page, advice = advise(visitor())
    text = " ".join(page.read_text().split())
    assert text.count(" ".join(BANNER.split())) == 2
    assert "Base rate:" in text
    assert "one year after surgery" in text
    assert "Model trained on simulated patients" in text
    assert "an association is not a cause" in text
    assert "nothing of what would have happened without surgery" in text
    interval = advice.probability
    assert interval.low < interval.estimate < interval.high
    assert f"{100 * interval.estimate:.0f} %" in text
    assert not re.search(r"should (not )?(be )?operate", text)


def test_the_json_holds_what_the_page_shows(advise, visitor):
    page, _ = advise(visitor())
    content = json.loads((page.parent / "advice.json").read_text())
    assert content["banner"] == BANNER
    assert content["status"] == "given"
    assert content["outcome"] == "zcq_2of3"
    assert set(content["probability"]) == {"estimate", "low", "high", "level"}
    factors = {factor["name"]: factor for factor in content["factors"]}
    assert factors["age"]["unit"] == "a"
    assert factors["age"]["shown"] == "66 years"
    assert factors["sex=M"]["shown"] == "no"


def test_what_is_missing_is_named_with_its_reason(advise, visitor):
    _, advice = advise(visitor(age="n/a"), show_outside=True)
    assert advice.missing["age"] == "not filled in"
    severity = advice.missing["zcq_symptom_severity_baseline"]
    assert severity == "the questionnaire was not filled in before surgery"


def test_a_patient_outside_the_training_range_is_refused_with_the_reason(
    advise, visitor
):
    page, advice = advise(visitor(age=105))
    assert advice.probability is None
    assert advice.refusals[0].startswith("age = 105 years is outside")
    content = json.loads((page.parent / "advice.json").read_text())
    assert content["status"] == "refused"
    assert content["probability"] is None
    text = page.read_text()
    assert "No probability is given" in text
    assert "age = 105 years is outside" in text
    assert 'class="big"' not in text


def test_the_number_for_such_a_patient_is_marked_when_asked_for(advise, visitor):
    page, advice = advise(visitor(age=105), show_outside=True)
    assert advice.probability is not None
    assert advice.refusals == ()
    assert "software evaluation only" in page.read_text()
    assert advice.outside[0].startswith("age = 105 years")


def test_more_gaps_than_any_training_patient_had_are_a_reason_to_refuse(
    advise, visitor
):
    folder = visitor()
    (folder / "participants.tsv").write_text("participant_id\nsub-new\n")
    _, advice = advise(folder)
    assert "5 of 5 predictors are missing" in advice.refusals[0]


def test_a_model_of_the_base_rate_gives_the_base_rate(advise, visitor):
    _, advice = advise(visitor(), model="small-base_rate")
    assert advice.probability.estimate == pytest.approx(
        advice.base_rate.estimate, abs=0.01
    )
    assert advice.factors == ()


def test_an_unknown_patient_or_model_gets_a_suggestion(advise, visitor):
    with pytest.raises(InvalidChoice, match="Did you mean 'sub-new'"):
        advise(visitor(), patient="sub-nwe")
    with pytest.raises(LbpError, match="Did you mean 'small-clinical'"):
        advise(visitor(), model="small-clincal")


def test_the_page_shows_in_a_browser(advise, visitor, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed (.ci/run installs it)")
    page, _ = advise(visitor())
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
        "--no-first-run", "--disable-background-networking", "--disable-sync",
        "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "What moved the number" in run.stdout
    assert "{{" not in run.stdout
