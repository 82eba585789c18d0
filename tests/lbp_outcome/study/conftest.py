"""Small finished studies, kept in memory: one of each kind that a report must show."""

from dataclasses import replace

import pytest

from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.statistics.optimism import Optimism
from lbp_outcome.study.cards import model_card
from lbp_outcome.study.checking import examine
from lbp_outcome.study.checks import Examined
from lbp_outcome.study.data import study_data
from lbp_outcome.study.findings.results import study_results
from lbp_outcome.study.fitting.fits import fit_study
from lbp_outcome.study.plan import ModelPlan, Predictors, StudyPlan, Validation
from lbp_outcome.study.report.studied import Studied

CLINICAL = ("age", "sex", "smoker", "depression", "leg_pain_baseline")
SMALL_TREES = {"trees": 10, "depth": 1}
CORRECTED = Optimism(
    apparent=0.81,
    optimism=0.1,
    corrected=Interval(0.71, 0.6, 0.8),
    resamples=10,
)
"""As refitting in resamples would give it; made up here to save the time."""

PROVENANCE = {
    "code_version": "test",
    "plan_sha256": "0123456789abcdef",
    "data_sha256": "9f86d081884c7d65",
    "seed": "3",
    "cohort": "/secret/place/cohort",
}


def _plan(home, name, **changes):
    plan = StudyPlan(
        name=name,
        cohort=home / "cohort",
        models=(
            ModelPlan(name="clinical", method="logistic", settings={"C": 0.1}),
            ModelPlan(name="boosted", method="boosted", settings=SMALL_TREES),
        ),
        predictors=Predictors(clinical=CLINICAL),
        validation=Validation(
            outer=3, inner=2, repeats=2, bootstrap=200, permutations=1
        ),
        seed=3,
    )
    return replace(plan, **changes)


def _finished(plan, bench):
    data = study_data(plan)
    verdicts = examine(Examined(plan=plan, data=data), "before training")
    bench.mkdir()
    fits = fit_study(plan, data, bench, processes=1)
    results = study_results(plan, data, fits)
    verdicts += examine(
        Examined(plan=plan, data=data, results=results), "after training"
    )
    cards = {
        model.name: model_card(plan, model, data, results, PROVENANCE)
        for model in plan.every_model
    }
    return Studied(
        plan=plan,
        data=data,
        results=results,
        verdicts=verdicts,
        cards=cards,
        provenance=PROVENANCE,
    )


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Studies by kind: `gain`, `pain` (continuous), and `held_out` (one fold)."""
    home = tmp_path_factory.mktemp("finished")
    simulate_cohort(home / "cohort", patients=70, seed=5, tables_only=True)
    simulate_cohort(home / "elsewhere", patients=60, seed=6, tables_only=True)
    continuous = (
        ModelPlan(name="clinical", method="ridge"),
        ModelPlan(name="boosted", method="boosted_regression", settings=SMALL_TREES),
    )
    plans = {
        "gain": _plan(
            home,
            "gain",
            increment="boosted",
            external=(home / "elsewhere",),
        ),
        "pain": _plan(home, "pain", outcome="leg_pain", models=continuous),
        "held_out": _plan(
            home,
            "held_out",
            validation=Validation(
                scheme="site_hold_out",
                by="site",
                held_out="A",
                inner=2,
                bootstrap=200,
                permutations=0,
            ),
        ),
    }
    made = {name: _finished(plan, home / name) for name, plan in plans.items()}
    optimism = {"clinical": CORRECTED, "boosted": CORRECTED}
    results = replace(made["gain"].results, optimism=optimism)
    return made | {"gain": replace(made["gain"], results=results)}


@pytest.fixture(params=["gain", "pain", "held_out"])
def studied(request, finished):
    """Each kind of study in turn."""
    return finished[request.param]
