"""In every world the tables are in order and the truth says what was planted."""

import json
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from lbp_outcome.cohort.folder import check_cohort, read_cohort
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.features import feature_table
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.simulate.people.benefit import benefit_moments
from lbp_outcome.simulate.people.oracle import oracle_probability
from lbp_outcome.simulate.people.outcomes import succeeded
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.people.world import draw_world
from lbp_outcome.simulate.place import STRUCTURES, Place
from lbp_outcome.simulate.scenario import (
    SCENARIOS,
    planted_scenario,
    scenario_named,
)
from lbp_outcome.statistics.discrimination import auc

WORLDS = [
    *SCENARIOS.values(),
    planted_scenario("sac:L3-L4", 0.5),
    planted_scenario("body:L3", -4.0),
]


def ranked(score):
    return 1 / (1 + np.exp(-score))


def success_in(world):
    return succeeded(world.baseline, world.outcome).astype(float)


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory):
    """Return a maker of the tables of a world."""

    def make(name):
        out = tmp_path_factory.mktemp("world") / name
        return simulate_cohort(
            out, patients=80, seed=2, tables_only=True, scenario=name
        )

    return make


@pytest.fixture(scope="module")
def leaky(folder_of):
    return folder_of("leaky")


def truth_of(folder):
    return pd.read_csv(
        folder / "derivatives" / "truth" / "patients.tsv", sep="\t", na_values="n/a"
    )


@pytest.mark.parametrize("scenario", WORLDS, ids=lambda s: s.planted_where or s.name)
def test_constants_of_a_scenario_belong_to_its_coefficients(scenario):
    mean, sd = benefit_moments(scenario, patients=100_000)
    assert mean == pytest.approx(scenario.benefit_mean, abs=0.015)
    assert sd == pytest.approx(scenario.benefit_sd, abs=0.010)


@pytest.mark.parametrize("scenario", WORLDS, ids=lambda s: s.planted_where or s.name)
def test_success_is_as_common_and_the_oracle_right_in_every_scenario(scenario):
    world = draw_world(30_000, scenario, seed=4)
    success = success_in(world)
    assert 0.67 < success.mean() < 0.71
    # success scored from whole answers is 1.4 points rarer than the exact one
    surprise = success - 0.014 - world.oracle
    for group in (world.patients.planted, world.patients.site == 2):
        assert abs(surprise[~group].mean()) < 0.015
        assert not group.any() or abs(surprise[group].mean()) < 0.015


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_world_keeps_the_data_dictionary(folder_of, name):
    assert check_cohort(folder_of(name)) == []


def test_without_imaging_effects_the_images_know_nothing():
    drawn = draw_world(20_000, SCENARIOS["null-imaging"], seed=6)
    assert not drawn.imaging.any()
    clinical_only = oracle_probability(drawn.clinical, drawn.baseline, drawn.scenario)
    np.testing.assert_array_equal(drawn.oracle, clinical_only)


def test_strong_imaging_discriminates_far_better():
    drawn = draw_world(20_000, SCENARIOS["strong-imaging"], seed=6)
    assert auc(success_in(drawn), ranked(drawn.imaging)) == pytest.approx(
        0.795, abs=0.01
    )


@pytest.fixture(scope="module")
def shifted():
    """Return patients of a world in which hospital C differs."""
    return draw_world(20_000, SCENARIOS["site-shift"], seed=6)


def test_a_shifted_hospital_treats_older_and_narrower_patients(shifted):
    there, patients = shifted.patients.site == 2, shifted.patients
    assert patients.age[there].mean() - patients.age[~there].mean() > 4
    assert patients.sac_area[there].mean() < 0.85 * patients.sac_area[~there].mean()


def test_only_the_shifted_hospital_has_an_effect_of_its_own(shifted):
    there = shifted.patients.site == 2
    assert not shifted.site[~there].any()
    assert (shifted.site[there] == -1.2).all()
    assert not draw_world(100, SCENARIOS["default"], seed=6).site.any()


def test_who_learned_in_the_other_hospitals_promises_too_much(shifted):
    """Elsewhere the causes suffice; in C they foretell far more success than comes."""
    there, success = shifted.patients.site == 2, success_in(shifted)
    unaware = oracle_probability(
        shifted.clinical + shifted.imaging, shifted.baseline, shifted.scenario
    )
    assert abs(success[~there].mean() - unaware[~there].mean()) < 0.02
    assert unaware[there].mean() - success[there].mean() > 0.12


@pytest.fixture(scope="module")
def planted():
    """Return patients of a world with one signal."""
    return draw_world(20_000, SCENARIOS["planted"], seed=6)


def test_half_of_the_patients_carry_the_signal_whatever_else_they_have(planted):
    patients = planted.patients
    assert patients.planted.mean() == pytest.approx(0.5, abs=0.01)
    for name in (
        *("age", "male", "bmi", "smoker", "depression", "comorbidity", "site"),
        *("sac_area", "multifidus_fat", "degenerate", "redundant_roots"),
        *("without_fat", "operated_level", "symptom_duration"),
    ):
        tied = np.corrcoef(patients.planted, getattr(patients, name))[0, 1]
        assert abs(tied) < 0.02, name


def test_the_signal_is_all_that_the_images_know(planted):
    present = planted.patients.planted
    assert set(planted.imaging[present]) == {1.25}
    assert set(planted.imaging[~present]) == {-1.25}
    success = success_in(planted)
    assert success[present].mean() - success[~present].mean() > 0.35
    fat = planted.patients.severe_fat & present
    assert success[fat].mean() == pytest.approx(
        success[~planted.patients.severe_fat & present].mean(), abs=0.06
    )


def test_a_signal_without_strength_changes_nothing():
    assert planted_scenario(strength=0.0).benefit_sd == pytest.approx(
        SCENARIOS["null-imaging"].benefit_sd
    )


def test_nobody_carries_a_signal_in_other_worlds(world):
    assert not world.patients.planted.any()


def test_the_other_covariates_are_the_same_in_every_world():
    usual, other = (
        draw_patients(500, np.random.default_rng(3), SCENARIOS[name])
        for name in ("default", "planted")
    )
    assert other.planted.any()
    for field in fields(usual):
        if field.name != "planted":
            one, same = getattr(usual, field.name), getattr(other, field.name)
            np.testing.assert_array_equal(one, same)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_signal_can_be_planted_in_every_structure(structure):
    scenario = scenario_named("planted", where=structure, strength=1.0)
    assert scenario.planted_place.structure == structure
    needs_level = structure in ("disc", "body", "sac")
    assert (scenario.planted_place.level is not None) == needs_level


@pytest.mark.parametrize(
    "text", ["multifidus", "psoas:L3-L4", "disc:L5-S1", "body:L2", "sac:L2-L3"]
)
def test_a_place_is_written_as_it_is_read(text):
    assert str(Place.parse(text)) == text


def test_wrong_worlds_and_places_are_refused_in_one_line():
    with pytest.raises(UnknownName, match="Did you mean 'null-imaging'"):
        scenario_named("null_imaging")
    with pytest.raises(UnknownName, match="Did you mean 'multifidus'"):
        scenario_named("planted", where="multifidous")
    with pytest.raises(InvalidChoice, match="no level 'L4' of disc; choose one of"):
        scenario_named("planted", where="disc:L4")
    with pytest.raises(InvalidChoice, match="must be a finite number"):
        scenario_named("planted", strength=float("nan"))
    with pytest.raises(InvalidChoice, match="'default' plants no signal"):
        scenario_named("default", where="multifidus")


def test_the_truth_says_who_carries_the_signal(folder_of):
    truth = truth_of(folder_of("planted"))
    assert set(truth.carries_planted_signal) == {0, 1}
    apart = truth.groupby("carries_planted_signal").imaging_benefit.mean()
    assert apart[1] - apart[0] == pytest.approx(2.5)


def test_one_patient_stands_in_the_leaky_tables_twice(leaky):
    truth = truth_of(leaky).set_index("participant_id").is_duplicate_of.dropna()
    (copy,), (original,) = truth.index, truth
    assert copy != original
    for path in (leaky / "participants.tsv", *leaky.glob("phenotype/*.tsv")):
        rows = [line.split("\t", 1) for line in path.read_text().splitlines()]
        one, other = (
            [rest for name, rest in rows if name == patient]
            for patient in (copy, original)
        )
        assert one == other, path
    assert not truth_of(leaky).participant_id.duplicated().any()


def test_the_copy_has_the_images_of_the_original():
    world = draw_world(40, SCENARIOS["leaky"], seed=2)
    copy = len(world) - 1
    source = int(world.source_row[copy])
    assert source != copy
    assert (world.source_row[:copy] == np.arange(copy)).all()
    assert world.forms.has_mri[copy]
    assert world.forms.has_xray[copy]
    assert world.patients.age[copy] == world.patients.age[source]


def test_a_single_patient_has_no_copy():
    assert draw_world(1, SCENARIOS["leaky"], seed=2).source_row.tolist() == [0]


def test_a_leak_that_is_declared_is_refused_as_predictor(leaky):
    cohort = read_cohort(leaky)
    with pytest.raises(InvalidChoice, match="as postoperative"):
        feature_table(
            cohort,
            clinical=["physiotherapy_sessions_after"],
            measurements=[],
            measured={},
        )


def test_a_leak_that_hides_knows_more_than_the_oracle(leaky):
    """The dictionary lets it pass as if it were known before surgery."""
    table = feature_table(
        read_cohort(leaky), clinical=["analgesics_score"], measurements=[], measured={}
    )
    assert table.predictors[0].name == "analgesics_score"
    sidecar = json.loads((leaky / "participants.json").read_text())
    assert "Timing" not in sidecar["analgesics_score"]
    big = draw_world(20_000, SCENARIOS["leaky"], seed=3)
    success = success_in(big)
    relief = big.baseline.leg_pain / 10 - big.leaks.analgesics
    assert auc(success, ranked(relief)) > auc(success, big.oracle) + 0.05


def test_no_other_world_leaks(folder_of):
    table = folder_of("default") / "participants.tsv"
    header = table.read_text().partition("\n")[0]
    assert "analgesics" not in header
    assert "physiotherapy" not in header
