"""Was a patient predicted by a model that had learned from them?"""

from collections.abc import Iterator

from lbp_outcome.study.checks import (
    CHECKS,
    Check,
    CheckNotApplicable,
    Examined,
)
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.fitting.cross_validation import FoldResult


def look(examined: Examined) -> tuple[str, ...]:
    """Check the folds again, from what was kept of them."""
    results = examined.results
    if results is None:
        raise CheckNotApplicable("the study has no results yet")
    patients = examined.data.view.patients
    found = [said for r in results.folds for said in _of_fold(r, patients, results)]
    return (*dict.fromkeys(found), *_of_predictions(results))


def _of_fold(
    result: FoldResult, patients: tuple[str, ...], results: StudyResults
) -> Iterator[str]:
    fold = result.fold
    learned = {patients[row] for row in fold.train}
    told = results.rows_of(result.model)
    here = (told["repeat"] == fold.repeat) & (told["fold"] == fold.fold)
    predicted = {*told.loc[here, "patient"]}
    where = f"{result.model!r}, {result.name}"
    if both := len(learned & predicted):
        yield f"{where}: {both} patients were learned from and predicted"
    if predicted != {patients[row] for row in fold.held_out}:
        yield f"{where}: others were predicted than the fold holds out"
    for train, validation in fold.inner:
        choosing = {patients[row] for row in (*train, *validation)}
        if choosing & predicted:
            yield f"{where}: settings were chosen with patients it predicts"


def _of_predictions(results: StudyResults) -> Iterator[str]:
    rows = results.predictions
    twice = rows.duplicated(["model", "repeat", "patient"]).sum()
    if twice:
        yield f"{twice} predictions are of a patient who was predicted before"
    changing = rows.groupby("patient")["outcome"].nunique().gt(1).sum()
    if changing:
        yield f"{changing} patients have other outcomes in other rows"


PATIENT_ON_BOTH_SIDES = CHECKS.add(
    Check(
        code="LBP206",
        name="patient_on_both_sides",
        title="a patient was learned from and predicted",
        severity="error",
        stage="after training",
        explanation=(
            "Every prediction must come from a model that never saw the patient, nor "
            "chose its settings with them. The folds are made so; this looks again at "
            "what was kept of them, as a second lock. If it fires, the results are "
            "worthless: please report it as a fault of the toolkit."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
