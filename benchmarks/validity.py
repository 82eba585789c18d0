"""What studies of 160 simulated patients find, where the truth is known.

By hand, from the top folder: `python -m benchmarks.validity [cohorts]`. Tables only:
what a reader would see in the images (fat in the multifidus, Pfirrmann 4-5, redundant
roots, absent epidural fat, area of the dural sac) is copied without error from the
truth of the simulation into participants.tsv, as a hospital would enter it.

1. External AUC: models fitted to 20 cohorts of 160, tried on 5,000 other patients.
2. Null: cohorts in which images know nothing; how often the interval of the gain of
   imaging over clinical covers 0, in nested cross-validation.
"""

import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.statistics.comparison import paired_difference
from lbp_outcome.statistics.discrimination import (
    auc,
    delong_interval,
    weighted_auc_within_folds,
)
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.study.data import StudyData, study_data
from lbp_outcome.study.findings.evaluation import differences_of, out_of_fold
from lbp_outcome.study.findings.results import predictions_table
from lbp_outcome.study.fitting.cross_validation import final_work
from lbp_outcome.study.fitting.fits import fit_study
from lbp_outcome.study.fitting.recipe import seen_by
from lbp_outcome.study.fitting.refit import refit
from lbp_outcome.study.outcome_model import predict_with
from lbp_outcome.study.plan import ModelPlan, Predictors, StudyPlan, Validation

READ = {
    "multifidus_fat_percent_read": {"Units": "%", "Minimum": 0, "Maximum": 100},
    "pfirrmann_4_or_5_read": {"Levels": {"0": "no", "1": "yes"}},
    "redundant_roots_read": {"Levels": {"0": "no", "1": "yes"}},
    "epidural_fat_absent_read": {"Levels": {"0": "no", "1": "yes"}},
    "sac_area_mm2_read": {"Units": "mm2", "Minimum": 0},
}
CLINICAL = (
    *("age", "sex", "bmi", "smoker", "depression", "comorbidity"),
    *("symptom_duration_months", "zcq_symptom_severity_baseline"),
    *("zcq_physical_function_baseline", "leg_pain_baseline", "back_pain_baseline"),
)
PATIENTS, EXTERNAL = 160, 5000
RIDGE_REFERENCE = 0.672
"""External AUC of a ridge regression of 160 patients in the same world
(docs/simulated_cohort.md)."""


def main(cohorts: int) -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        external(Path(folder), 20)
        null(Path(folder), cohorts)


def external(home: Path, cohorts: int) -> None:
    """External AUC of models of 160 patients."""
    models = {
        "clinical": ModelPlan(name="clinical", method="logistic"),
        "both": ModelPlan(name="both", method="logistic", reads=BOTH),
        "graded clinical": ModelPlan(name="gc", method="graded"),
        "graded both": ModelPlan(name="gb", method="graded", reads=BOTH),
        "elastic net both": ModelPlan(name="eb", method="elastic_net", reads=BOTH),
        "boosted both": ModelPlan(name="bb", method="boosted", reads=BOTH),
    }
    others = data_of(home, "default", EXTERNAL, seed=900_000)
    found: dict[str, list[float]] = {name: [] for name in models}
    for seed in tqdm(range(cohorts), desc="External"):
        data = data_of(home, "default", PATIENTS, seed=seed)
        for name, model in models.items():
            work = final_work(plan_of(home, seed), model, data)
            fitted = refit(work, data.view, home / f"bench-{seed}")
            seen = seen_by(model, others.view)
            predicted = predict_with(model.method, fitted.native, seen)
            found[name].append(auc(others.view.outcome, predicted))
    print(
        f"1. External AUC: {cohorts} cohorts of {PATIENTS}, tried on {EXTERNAL} others"
    )
    print(f"asked: {RIDGE_REFERENCE}; goal: half-way to the oracle, 0.690")
    for name, areas in found.items():
        half = 1.96 * np.std(areas, ddof=1) / len(areas) ** 0.5
        print(f"  {name:20} {np.mean(areas):.3f} +- {half:.3f}")
    ceiling(home, others)


def ceiling(home: Path, others: StudyData) -> None:
    """Print the AUC of the true probabilities in the same external patients."""
    truth = home / f"default-{EXTERNAL}-900000" / "derivatives" / "truth"
    table = pd.read_csv(truth / "patients.tsv", sep="\t", index_col=0)
    chance = table.loc[list(others.view.patients), "oracle_probability"].to_numpy()
    area, low, high = delong_interval(others.view.outcome, chance)
    print(f"  {'oracle':20} {area:.3f} ({low:.3f} to {high:.3f})\n")


def null(home: Path, cohorts: int) -> None:
    """How often the interval of the gain covers 0 where images know nothing."""
    covered, gains = {"logistic": [], "graded": []}, {"logistic": [], "graded": []}
    corrected, claimed = {"logistic": [], "graded": []}, {"logistic": [], "graded": []}
    for seed in tqdm(range(cohorts), desc="Null"):
        data = data_of(home, "null-imaging", PATIENTS, seed=seed)
        for method in covered:
            gain, test = gain_of(home, data, method, seed)
            corrected[method].append(test.low <= 0 <= test.high)
            claimed[method].append(test.low > 0)
            covered[method].append(gain.low <= 0 <= gain.high)
            gains[method].append(gain.value)
        shutil.rmtree(home / f"null-imaging-{PATIENTS}-{seed}")
    print(
        f"2. Null: {cohorts} cohorts of {PATIENTS}, 5 folds x 5 repeats, 95 % interval"
    )
    print("asked: the interval of the gain covers 0 in at least 93 %")
    for method, flags in covered.items():
        above = 100 * np.mean(np.array(gains[method]) > 0)
        print(
            f"  {method:20} as reported: {100 * np.mean(corrected[method]):.1f} % "
            f"cover 0, {100 * np.mean(claimed[method]):.1f} % lie above it; mean gain "
            f"{np.mean(gains[method]):+.3f}, {above:.0f} % above 0"
        )
        print(
            f"  {'':20} over resampled patients alone (too narrow): "
            f"{100 * np.mean(flags):.1f} % cover 0"
        )


BOTH = ("clinical", "measurements")


def gain_of(home: Path, data: StudyData, method: str, seed: int):
    """Gain of imaging over clinical: over resampled patients, and over refits."""
    plan = replace(
        plan_of(home, seed),
        models=(
            ModelPlan(name="clinical", method=method),
            ModelPlan(name="both", method=method, reads=BOTH),
        ),
    )
    plan.__dict__["every_model"] = plan.models  # no comparators: they are not asked
    bench = home / "bench"
    fits = fit_study(plan, data, bench, processes=1)
    shutil.rmtree(bench)
    predictions = predictions_table(data, fits.folds)
    by_model = predictions.sort_values(["repeat", "patient"]).groupby("model")
    rows = {name: by_model.get_group(name) for name in ("clinical", "both")}
    both, clinical = (out_of_fold(rows[name]) for name in ("both", "clinical"))
    resampled = paired_difference(both, clinical, weighted_auc_within_folds)
    return Estimate.of(resampled), differences_of(plan, rows)[0].auc


def plan_of(home: Path, seed: int) -> StudyPlan:
    """Return the plan of one study."""
    return StudyPlan(
        name="validity",
        cohort=home,
        models=(ModelPlan(name="clinical", method="logistic"),),
        predictors=Predictors(clinical=CLINICAL, measurements=tuple(READ)),
        validation=Validation(repeats=5, permutations=0),
        seed=seed,
    )


def data_of(home: Path, scenario: str, patients: int, seed: int) -> StudyData:
    """Simulate a cohort of tables, with what a reader saw in the images."""
    folder = home / f"{scenario}-{patients}-{seed}"
    simulate_cohort(
        folder, patients=patients, seed=seed, scenario=scenario, tables_only=True
    )
    table, truth = folder / "participants.tsv", folder / "derivatives" / "truth"
    read = pd.read_csv(truth / "patients.tsv", sep="\t", dtype=str)
    people = pd.read_csv(table, sep="\t", dtype=str, keep_default_na=False)
    read = read.rename(columns=lambda name: f"{name}_read")
    names = {"participant_id_read": "participant_id"}
    people = people.merge(read.rename(columns=names)[["participant_id", *READ]])
    people.to_csv(table, sep="\t", index=False)
    sidecar = table.with_suffix(".json")
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | READ))
    return study_data(replace(plan_of(home, seed), cohort=folder))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
