"""Invented studies: patients in memory, in whom nothing is wrong unless planted."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lbp_outcome.cohort.dictionary import PARTICIPANT_COLUMNS, Column
from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.contracts import ModelRecipe
from lbp_outcome.features import FeatureTable
from lbp_outcome.records import Measurement
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.splits import nested_folds
from lbp_outcome.study.checks import Examined
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import performance_of
from lbp_outcome.study.findings.results import StudyResults, predictions_table
from lbp_outcome.study.fitting.cross_validation import FoldResult
from lbp_outcome.study.plan import ModelPlan, StudyPlan, Validation
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, Predictor
from models import MODELS


class Invention:
    """A study whose parts a test may replace before it is examined."""

    def __init__(self, seed=0, patients=160):
        rng = self.rng = np.random.default_rng(seed)
        self.patients = tuple(f"sub-{row + 1:04d}" for row in range(patients))
        self.participants = pd.DataFrame(
            {
                "age": rng.normal(65.5, 9.1, patients).round(),
                "sex": rng.choice(["F", "M"], patients),
                "bmi": rng.normal(27.9, 4.3, patients).round(1),
                "symptom_duration_months": np.exp(
                    rng.normal(2.6, 0.95, patients)
                ).round(),
                "smoker": rng.choice(["0", "1"], patients, p=[0.8, 0.2]),
                "comorbidity": rng.choice(["0", "1"], patients),
                "depression": rng.choice(["0", "1"], patients, p=[0.8, 0.2]),
                "site": rng.choice(["A", "B", "C"], patients, p=[0.5, 0.3, 0.2]),
            },
            index=pd.Index(self.patients, name="participant_id"),
        )
        pain = rng.normal(62, 20, patients).clip(0, 100).round()
        later = (pain - 33 - 0.45 * (pain - 62) + rng.normal(0, 20, patients)).round()
        self.scores = {
            ("baseline", "leg_pain"): pain,
            ("baseline", "back_pain"): rng.normal(55, 20, patients).round(),
            ("baseline", "odi"): rng.normal(40, 12, patients).round(2),
            ("baseline", "severity"): rng.normal(3.15, 0.55, patients).round(1),
            ("month_12", "leg_pain"): later,
            ("month_12", "back_pain"): rng.normal(35, 20, patients).round(),
        }
        self.outcome = (pain - later > np.quantile(pain - later, 0.32)).astype(float)
        self.columns = {
            "age": self.participants["age"].to_numpy(),
            "sex": (self.participants["sex"] == "M").to_numpy(dtype=float),
            "bmi": self.participants["bmi"].to_numpy(),
            "leg_pain_baseline": pain,
        }
        self.margin = None
        self.groups, self.described = {}, {}
        self.images, self.scans, self.files = {}, {}, {}
        self.kind = "zcq_2of3"
        self.models = (ModelPlan(name="clinical", method="logistic"),)
        self.validation = Validation(outer=4, inner=2, repeats=2, bootstrap=200)
        self.predicted, self.selected, self.permuted = {}, {}, {}

    def __len__(self):
        return len(self.patients)

    @property
    def plan(self):
        return StudyPlan(
            name="invented",
            cohort=Path("nowhere"),
            models=self.models,
            outcome=self.kind,
            validation=self.validation,
        )

    @property
    def data(self):
        predictors = tuple(
            Predictor(
                name=name,
                unit=Unit.RATIO,
                group=self.groups.get(name, "clinical"),
                description=self.described.get(name, ""),
            )
            for name in self.columns
        )
        numbers = pd.DataFrame(self.columns, index=list(self.patients), dtype=float)
        cohort = Cohort(
            folder=Path("nowhere"),
            simulated=True,
            participants=self.participants,
            columns={
                name: PARTICIPANT_COLUMNS.get(name, Column(name=name, kind="number"))
                for name in self.participants
            },
            scores=self._scores(),
            files=self.files,
        )
        view = CohortView(
            patients=self.patients,
            predictors=predictors,
            table=numbers.to_numpy(dtype=float),
            outcome=np.asarray(self.outcome, dtype=float),
            margin=self.margin,
            images=self.images,
        )
        return StudyData(
            cohort=cohort,
            view=view,
            features=FeatureTable(predictors=predictors, numbers=numbers, reasons={}),
            scans=self.scans,
            excluded={},
            fingerprint="",
        )

    def before(self):
        """What a check sees before training."""
        return Examined(plan=self.plan, data=self.data)

    def after(self):
        """What a check sees when `predicted` came from the folds of the plan."""
        examined = self.before()
        plan, data = examined.plan, examined.data
        folds = nested_folds(
            self.patients, data.view.outcome, outer=4, inner=2, repeats=2, seed=0
        )
        found = [
            FoldResult(
                model=model,
                fold=fold,
                settings={},
                predicted=np.asarray(predicted, dtype=float)[fold.held_out],
                selected=self.selected.get(model, lambda number: None)(number),
                native=Path("nowhere"),
            )
            for model, predicted in self.predicted.items()
            for number, fold in enumerate(folds)
        ]
        table = predictions_table(data, found)
        results = StudyResults(
            predictions=table,
            folds=found,
            performance={
                model: performance_of(plan, rows)
                for model, rows in table.groupby("model")
            },
            differences=(),
            base_rate=Estimate(value=None, reason="not asked for"),
            permuted=self.permuted,
            apparent={},
            headline=None,
            optimism={},
            stability={},
            subgroups={},
            external=(),
        )
        return replace(examined, results=results)

    def _scores(self):
        found = {}
        for (visit, name), values in self.scores.items():
            for patient, value in zip(self.patients, values, strict=True):
                given = found.setdefault((patient, visit), {})
                given[name] = Measurement(
                    name=name, value=float(value), unit=Unit.SCORE
                )
        return found


@pytest.fixture
def invent():
    """Make a study of patients in memory."""
    return Invention


@dataclass
class _Cheat:
    """Takes the mean of the patients to be predicted, which no recipe may."""

    centre: float

    def predict(self, data):
        share = np.nanmean(data.held_out.table, axis=1) / 100
        return np.clip(share - self.centre + 0.5, 0.01, 0.99)

    def save(self, folder):
        raise NotImplementedError


def _peek(data, settings, seed):
    return _Cheat(float(np.nanmean(data.held_out.table)) / 100)


@pytest.fixture
def cheating_method():
    """A model whose fit looks at the patients it is to predict."""
    MODELS.add(
        ModelRecipe(name="cheat", data="tabular", fit=_peek, load=lambda folder: None)
    )
    yield ModelPlan(name="cheat", method="cheat")
    del MODELS._items["cheat"]
