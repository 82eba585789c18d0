import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.statistics.sample_size import (
    cox_snell_r2,
    hanley_mcneil_se,
    largest_r2,
    parameters_supported,
    required_n,
)

GOLDEN = Path(__file__).parents[2] / "golden"
PMSAMPSIZE = json.loads((GOLDEN / "riley_sample_size.json").read_text())
LUMBAR = json.loads((GOLDEN / "lumbar_160_sample_size.json").read_text())


@pytest.mark.parametrize("given", ["from_r2", "from_auc"])
def test_the_published_example_is_reproduced(given):
    example = dict(PMSAMPSIZE[given])
    expected = example.pop("patients")
    found = required_n(
        PMSAMPSIZE["parameters"], prevalence=PMSAMPSIZE["prevalence"], **example
    )
    criteria = (found.overfitting, found.optimism, found.overall_risk)
    assert [*np.ceil(criteria), found.patients] == expected


@pytest.mark.parametrize(
    ("area", "r2", "parameters"),
    [*zip(LUMBAR["auc"], LUMBAR["r2"], LUMBAR["parameters"], strict=True)],
)
def test_160_lumbar_patients_support_as_few_parameters_as_stated(area, r2, parameters):
    prevalence = LUMBAR["prevalence"]
    assert cox_snell_r2(area, prevalence) == pytest.approx(r2, abs=0.0025)
    found = parameters_supported(160, auc=area, prevalence=prevalence)
    assert found == pytest.approx(parameters, abs=0.07)


def test_ten_parameters_need_some_800_lumbar_patients():
    found = required_n(10, auc=0.70, prevalence=LUMBAR["prevalence"])
    assert found.patients == pytest.approx(LUMBAR["ten_parameters_at_070"], rel=0.025)
    assert round(found.overall_risk) == LUMBAR["overall_risk"]
    assert round(largest_r2(LUMBAR["prevalence"]), 3) == LUMBAR["largest_r2"]


@pytest.mark.parametrize("n", [160, 40, 32])
@pytest.mark.parametrize("area", ["0.60", "0.65", "0.70", "0.75"])
def test_standard_errors_of_the_auc_are_as_stated(n, area):
    events = round(n * LUMBAR["prevalence"])
    found = hanley_mcneil_se(float(area), events, n - events)
    assert found == pytest.approx(LUMBAR["standard_error"][str(n)][area], abs=6e-4)


def test_the_standard_error_of_the_1982_paper_is_reproduced():
    golden = json.loads((GOLDEN / "delong_hanley_mcneil_1982.json").read_text())
    found = hanley_mcneil_se(golden["area"], 51, 58)
    assert found == pytest.approx(golden["hanley_mcneil_se"], abs=6e-4)


def test_explained_variation_agrees_with_a_large_simulated_cohort():
    chance = np.random.default_rng(0)
    outcome = (chance.random(400_000) < 0.68).astype(float)
    score = outcome * 1.2 + chance.normal(size=len(outcome))
    line = np.log(0.68 / 0.32) + 1.2 * score - 0.72
    model = np.mean(-np.logaddexp(0, np.where(outcome == 1, -line, line)))
    base = np.mean(np.log(np.where(outcome == 1, 0.68, 0.32)))
    simulated = 1 - np.exp(2 * (base - model))
    assert expit(line).mean() == pytest.approx(0.68, abs=0.003)
    found = cox_snell_r2(auc(outcome, score), 0.68)
    assert found == pytest.approx(simulated, abs=0.003)


@pytest.mark.parametrize("area", [0.5, 0.4, 1.0])
def test_a_model_that_ranks_no_better_than_chance_supports_nothing(area):
    with pytest.raises(InvalidChoice, match=r"between 0\.5 and 1"):
        parameters_supported(160, auc=area, prevalence=0.68)


@pytest.mark.parametrize("prevalence", [0, 1, 68])
def test_a_prevalence_in_percent_is_refused(prevalence):
    with pytest.raises(InvalidChoice, match="prevalence lies between 0 and 1"):
        required_n(5, auc=0.7, prevalence=prevalence)


@pytest.mark.parametrize("both", [{}, {"auc": 0.7, "r2": 0.1}])
def test_strength_is_given_in_one_way(both):
    with pytest.raises(InvalidChoice, match="either the expected AUC or"):
        required_n(5, prevalence=0.6, **both)


def test_an_impossible_shrinkage_is_refused():
    with pytest.raises(InvalidChoice, match="between R2 and 1"):
        parameters_supported(160, auc=0.7, prevalence=0.6, shrinkage=1.0)
