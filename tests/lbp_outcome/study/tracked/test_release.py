"""A model is released only if its study and its files are sound."""

from pathlib import Path

import mlflow
import pandas as pd
import pytest

from lbp_outcome.errors import InvalidChoice, LbpError, UnreadableFile
from lbp_outcome.io.manifest import write_manifest
from lbp_outcome.study.run import run_study
from lbp_outcome.study.tracked import tracking
from lbp_outcome.study.tracked.registration import load_registered, registered_version
from lbp_outcome.study.tracked.release import release

CONTINUOUS = """\
name: pain_model
cohort: cohort
outcome: leg_pain
predictors: {clinical: [age, leg_pain_baseline]}
models: [{name: clinical, method: ridge, reads: [clinical]}]
validation: {outer: 3, inner: 2, repeats: 1, bootstrap: 200, permutations: 0}
"""


@pytest.fixture(scope="module")
def client(study):
    return mlflow.MlflowClient()


@pytest.fixture(scope="module")
def study_run(study):
    """The study of the newest version: other tests may have run it again."""
    return registered_version("small-boosted").tags["study_run"]


def files_of(reference):
    """Where the files of a registered model lie."""
    version = registered_version(reference)
    home = mlflow.MlflowClient().get_model_version_download_uri(
        version.name, version.version
    )
    return next(Path(home.removeprefix("file://")).rglob("card.json")).parent


def test_a_candidate_can_be_loaded_by_its_alias(client):
    first = release("small-clinical")
    assert (first.model, first.alias) == ("small-clinical", "candidate")
    found = load_registered("small-clinical@candidate").card
    named = load_registered(f"small-clinical/{first.version}").card
    assert found.to_json() == named.to_json()
    assert release("small-clinical@candidate").replaced == first.version


def test_whoever_releases_reads_how_well_the_model_does_and_what_was_found():
    said = str(release("small-clinical/1"))
    assert "In patients it never saw: AUC" in said
    assert "It was trained on simulated patients." in said
    assert "Check too_many_parameters: warning" in said


def test_a_model_of_simulated_patients_is_champion_only_if_that_is_said(client):
    with pytest.raises(InvalidChoice, match="knows nothing of real ones"):
        release("small-boosted", "champion")
    assert "champion" not in client.get_registered_model("small-boosted").aliases
    assert release("small-boosted", "champion", simulated=True).replaced is None


@pytest.mark.parametrize("whose", ["study", "version"])
def test_a_model_whose_checks_failed_is_not_released(client, study_run, whose):
    version = registered_version("small-boosted")
    before = version.tags["checks"]

    def say(word):
        if whose == "study":
            client.set_tag(study_run, "checks", word)
        else:
            client.set_model_version_tag(version.name, version.version, "checks", word)

    say("failed")
    try:
        with pytest.raises(InvalidChoice, match="has failed checks"):
            release("small-boosted")
    finally:
        say(before)


def test_a_model_kept_out_of_the_registry_by_a_check_is_refused_by_name(tracked):
    experiment = tracking.use_experiment("leaking")
    failed = {"checks": "failed", "failure": "stopped by LBP201 too_good"}
    study = tracking.start(experiment, "leaking", failed)
    tags = {"kind": "model", "study": "leaking", "model": "fusion", "checks": "failed"}
    tracking.start(experiment, "fusion", {**tags, "study_run": study.id})
    with pytest.raises(InvalidChoice, match=r"leaking-fusion is not.*LBP201 too_good"):
        release("leaking-fusion")


def test_a_model_without_its_study_is_not_released(client, study_run):
    client.delete_run(study_run)
    try:
        with pytest.raises(InvalidChoice, match="no longer keeps the study"):
            release("small-boosted")
    finally:
        client.restore_run(study_run)


@pytest.mark.parametrize("listed_anew", [False, True])
def test_a_model_whose_files_were_changed_is_not_released(listed_anew):
    folder = files_of("small-boosted")
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    card = folder / "card.json"
    card.write_text(card.read_text().replace('"patients": ', '"patients": 1'))
    if listed_anew:
        write_manifest(folder)
    try:
        with pytest.raises(UnreadableFile, match="is not the file that was saved"):
            release("small-boosted")
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
    release("small-boosted")


def test_a_wrong_name_is_answered_with_the_nearest(study):
    with pytest.raises(LbpError, match="Did you mean 'small-clinical'"):
        release("small-clincal")


def test_a_registered_version_says_what_it_is(study_run):
    version = registered_version("small-clinical")
    said = {"study_run": study_run, "simulated": "True", "outcome": "zcq_2of3"}
    assert said.items() <= version.tags.items()
    assert version.tags["checks"] == "warnings"
    assert "Fitted to" in version.description


def test_a_model_of_a_continuous_outcome_answers_in_its_own_unit(workplace, tracked):
    (workplace / "pain_model.yaml").write_text(CONTINUOUS)
    run_study(workplace / "pain_model.yaml", workplace / "pain_model", processes=1)
    pyfunc = mlflow.pyfunc.load_model("models:/pain_model-clinical/1")
    columns = [column.name for column in pyfunc.metadata.get_output_schema()]
    rows = pd.DataFrame({"age": [60.0, 70.0], "leg_pain_baseline": [40.0, 80.0]})
    found = pyfunc.predict(rows)
    assert list(found) == columns == ["expected", "low", "high"]
    ours = load_registered("pain_model-clinical").card.recalibration
    expected = float(found["expected"][1])
    assert tuple(found.loc[1]) == pytest.approx(ours.recalibrate(expected))
