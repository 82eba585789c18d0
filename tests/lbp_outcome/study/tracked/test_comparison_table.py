"""Studies side by side: the same numbers, and a warning where they do not compare."""

import json

import pytest

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.study.tracked.comparison_table import compare_runs


@pytest.fixture(scope="module")
def results(study):
    return json.loads((study / "results.json").read_text())


@pytest.fixture
def changed(results, tmp_path):
    """A folder of the same results in which something is different."""

    def make(**provenance):
        content = {**results, "provenance": {**results["provenance"], **provenance}}
        (tmp_path / "results.json").write_text(json.dumps(content))
        return str(tmp_path)

    return make


def test_a_folder_and_its_mlflow_run_are_the_same_study(study, results):
    found = compare_runs([str(study), results["provenance"]["mlflow_run"]])
    assert found.cautions == ()
    assert "The same plan, patients, outcome and code." in str(found)
    both = dict(iter(found.table.drop(columns="study").groupby(found.table["study"])))
    assert both["A"].to_numpy().tolist() == both["B"].to_numpy().tolist()


def test_the_table_shows_each_model_with_intervals_and_its_gain(study, results):
    found = compare_runs([str(study), str(study)])
    rows = found.table[found.table["study"] == "A"].set_index("model")
    auc = results["models"]["boosted"]["auc"]
    shown = f"{auc['value']:.2f} ({auc['low']:.2f} to {auc['high']:.2f})"
    assert rows.loc["boosted", "AUC"] == shown
    assert rows.loc["clinical", "gain in AUC"] == "reference"
    assert rows.loc["base_rate", "slope"] == "-"
    assert list(rows.index) == list(results["models"])


def test_every_number_can_be_taken_along(study, results):
    numbers = compare_runs([str(study), str(study)]).numbers
    one = numbers[
        (numbers["letter"] == "B")
        & (numbers["model"] == "boosted")
        & (numbers["measure"] == "gain_auc")
    ].iloc[0]
    stored = results["differences"]["boosted"]["auc"]
    assert [one["value"], one["low"], one["high"]] == [
        stored["value"], stored["low"], stored["high"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("data_sha256", "PATIENTS OR PREDICTORS DIFFER"),
        ("plan_sha256", "Plans differ"),
        ("code_version", "Code differs"),
    ],
)
def test_what_keeps_numbers_from_comparing_is_said(study, changed, what, words):
    other = changed(**{what: "something else"})
    (caution,) = compare_runs([str(study), other]).cautions
    assert words in caution
    assert "B: something else" in caution


def test_one_study_alone_is_no_comparison(study):
    with pytest.raises(InvalidChoice, match="needs two studies"):
        compare_runs([str(study)])
