"""How often the checks fire on honest studies, and how often on planted leaks.

By hand, from the top folder: `OMP_NUM_THREADS=1 python -m benchmarks.check_alarms`
(some 20 minutes on one core). Patients are simulated, 160 unless it says otherwise;
what a radiologist would read from their images stands in participants.tsv. Models are
fitted with default settings on 5 folds, once; outcomes are dealt out 20 times.
"""

import argparse
import json
import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd

from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.statistics.discrimination import auc_within_folds
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.splits import Fold, nested_folds
from lbp_outcome.study.checks import CHECKS, CheckNotApplicable, Examined
from lbp_outcome.study.data import StudyData, study_data
from lbp_outcome.study.findings.evaluation import performance_of
from lbp_outcome.study.findings.results import StudyResults, predictions_table
from lbp_outcome.study.fitting.cross_validation import FoldResult
from lbp_outcome.study.fitting.folds import study_folds
from lbp_outcome.study.fitting.recipe import recipe_of, seen_by
from lbp_outcome.study.fitting.refit import fit_predict
from lbp_outcome.study.plan import ModelPlan, Predictors, StudyPlan, Validation
from lbp_outcome.view import CohortView

CLINICAL = (
    *("age", "sex", "bmi", "smoker", "depression", "comorbidity"),
    *("symptom_duration_months", "operated_level", "zcq_symptom_severity_baseline"),
    *("zcq_physical_function_baseline", "leg_pain_baseline", "back_pain_baseline"),
)
READ_FROM_IMAGES = (
    *("multifidus_fat_percent", "pfirrmann_4_or_5", "redundant_roots"),
    *("epidural_fat_absent", "sac_area_mm2"),
)
MODELS_READ = {
    "clinical": ("logistic", ("clinical",)),
    "both": ("logistic", ("clinical", "measurements")),
    "sparse": ("elastic_net", ("clinical", "measurements")),
    "single_best": ("single_best", ("measurements",)),
}
PERMUTATIONS = 20


def main() -> None:
    """Print how often each check fires."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=200)
    parser.add_argument("--planted", type=int, default=50)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    honest, planted = chosen.studies, chosen.planted
    before = [n for n, c in CHECKS.items() if c.stage == "before training"]
    after = [n for n, c in CHECKS.items() if c.stage == "after training"]
    shown("honest studies, default world", honest, fired(honest, "default", before))
    few = fired(honest, "default", ["too_many_parameters"], patients=400, few=True)
    shown("honest studies of 400 patients and 3 predictors", honest, few)
    strong = fired(planted, "strong-imaging", before)
    shown("honest studies, images matter most", planted, strong)
    trained = fired(honest, "default", after, train=True)
    shown("honest studies, trained, default world", honest, trained)
    nothing = fired(planted, "null-imaging", after, train=True)
    shown("honest studies, trained, images know nothing", planted, nothing)
    for patients in (160, 40):
        leaky = fired(planted, "leaky", before, patients=patients)
        shown(f"leaky studies of {patients} patients", planted, leaky)
    leaky = fired(planted, "leaky", after, train=True)
    shown("leaky studies, trained all the same", planted, leaky)
    shifted = fired(planted, "site-shift", ["site_explains_outcome"])
    shown("one hospital does worse (AUC of the hospital is small)", planted, shifted)


def shown(what: str, studies: int, found: Counter[str]) -> None:
    """Print one line per check that looked."""
    print(f"\n{what} ({studies})")
    for name, check in sorted(CHECKS.items(), key=lambda item: item[1].code):
        if name in found:
            times = found[name]
            print(
                f"  {check.code} {name:28} {check.severity:8} fired in "
                f"{times:4} = {times / studies:6.1%}",
                flush=True,
            )


def fired(
    studies: int,
    scenario: str,
    names: Iterable[str],
    *,
    patients: int = 160,
    train: bool = False,
    few: bool = False,
) -> Counter[str]:
    """Count the studies in which each check finds something."""
    found = Counter(dict.fromkeys(names, 0))
    for seed in range(studies):
        for plan, data in _study(scenario, patients, seed, few=few):
            examined = Examined(plan=plan, data=data)
            if train:
                examined = replace(examined, results=_results(plan, data))
            for name in names:
                found[name] += _fires(name, examined)
    return found


def _fires(name: str, examined: Examined) -> bool:
    try:
        return bool(CHECKS[name].look(examined))
    except CheckNotApplicable:
        return False


def _study(
    scenario: str, patients: int, seed: int, *, few: bool
) -> Iterator[tuple[StudyPlan, StudyData]]:
    folder = Path(mkdtemp())
    try:
        cohort = simulate_cohort(
            folder / "cohort",
            patients=patients,
            seed=seed,
            tables_only=True,
            processes=1,
            scenario=scenario,
        )
        _read_images(cohort)
        knows_more = ("analgesics_score",) if scenario == "leaky" else ()
        read = READ_FROM_IMAGES[:1] if few else READ_FROM_IMAGES
        plan = StudyPlan(
            name="alarms",
            cohort=cohort,
            models=tuple(
                ModelPlan(name=name, method=method, reads=reads)
                for name, (method, reads) in MODELS_READ.items()
            ),
            predictors=Predictors(
                clinical=(*(CLINICAL[:2] if few else CLINICAL), *knows_more),
                measurements=tuple(f"{name}_read" for name in read),
            ),
            validation=Validation(outer=5, inner=2, repeats=1, bootstrap=500),
        )
        yield plan, study_data(plan)
    finally:
        shutil.rmtree(folder)


def _read_images(cohort: Path) -> None:
    """Add to participants.tsv what a radiologist would have read."""
    truth, table = cohort / "derivatives" / "truth", cohort / "participants.tsv"
    read = pd.read_csv(truth / "patients.tsv", sep="\t", dtype=str)
    people = pd.read_csv(table, sep="\t", dtype=str, keep_default_na=False)
    for name in READ_FROM_IMAGES:
        people[f"{name}_read"] = read[name]
    people.to_csv(table, sep="\t", index=False)
    said = json.loads((truth / "patients.json").read_text())
    sidecar = json.loads(table.with_suffix(".json").read_text())
    for name in READ_FROM_IMAGES:
        limits = {} if "Levels" in said[name] else {"Minimum": 0}
        sidecar[f"{name}_read"] = {**said[name], **limits}
    table.with_suffix(".json").write_text(json.dumps(sidecar))


def _results(plan: StudyPlan, data: StudyData) -> StudyResults:
    found = [
        _fitted(model, seen_by(model, data.view), fold)
        for model in plan.models
        for fold in study_folds(plan, data)
    ]
    table = predictions_table(data, found)
    by_model = dict(iter(table.groupby("model")))
    return StudyResults(
        predictions=table,
        folds=found,
        performance={n: performance_of(plan, rows) for n, rows in by_model.items()},
        differences=(),
        base_rate=Estimate(value=None, reason="not asked for"),
        permuted={
            m.name: tuple(_permuted(m, seen_by(m, data.view))) for m in plan.models
        },
        apparent={},
        headline=None,
        optimism={},
        stability={},
        subgroups={},
        external=(),
    )


def _fitted(model: ModelPlan, view: CohortView, fold: Fold) -> FoldResult:
    recipe = recipe_of(model)
    train, held_out = view.take(fold.train), view.take(fold.held_out)
    fitted, predicted = fit_predict(recipe, train, held_out, recipe.grid[0], 0)
    return FoldResult(
        model=model.name,
        fold=fold,
        settings=recipe.grid[0],
        predicted=predicted,
        selected=getattr(fitted, "selected", None),
        native=Path(),
    )


def _permuted(model: ModelPlan, view: CohortView) -> Iterator[float]:
    assert view.outcome is not None
    for number in range(PERMUTATIONS):
        order = np.random.default_rng(number).permutation(len(view))
        dealt, outcome = view.dealt(order), view.outcome[order]
        folds = nested_folds(
            view.patients, outcome, outer=5, inner=0, repeats=1, seed=number
        )
        score, where = np.empty(len(view)), np.empty(len(view), dtype=int)
        for fold in folds:
            score[fold.held_out] = _fitted(model, dealt, fold).predicted
            where[fold.held_out] = fold.fold
        yield auc_within_folds(outcome, score, where)


if __name__ == "__main__":
    main()
