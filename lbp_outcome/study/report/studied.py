"""All that a report speaks of: plan, patients, results, checks and cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.continuous_performance import ContinuousPerformance
from lbp_outcome.statistics.out_of_fold import OutOfFold
from lbp_outcome.statistics.performance import Performance
from lbp_outcome.study.checking import Verdict
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.evaluation import out_of_fold
from lbp_outcome.study.findings.prediction_sets import (
    PredictionIntervals,
    PredictionSets,
    prediction_intervals,
    prediction_sets,
)
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.outcome_model import ModelCard
from lbp_outcome.study.plan import StudyPlan
from lbp_outcome.units import Unit

SOURCES = {
    "clinical": "clinical variables",
    "measurements": "MRI measurements",
    "images": "MRI and X-ray images",
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Studied:
    """A finished study.

    Attributes:
        plan: The analysis plan.
        data: The patients.
        results: What was found.
        verdicts: What the checks say.
        cards: Card of each model that was fitted to all patients.
        provenance: Where it comes from.
    """

    plan: StudyPlan
    data: StudyData
    results: StudyResults
    verdicts: Sequence[Verdict]
    cards: Mapping[str, ModelCard]
    provenance: Mapping[str, str]

    @property
    def binary(self) -> bool:
        """Whether the outcome is a yes or no."""
        return self.plan.endpoint.kind == "binary"

    @property
    def simulated(self) -> bool:
        """Whether the patients are simulated."""
        return self.data.cohort.simulated

    @property
    def unit(self) -> str:
        """Unit of a continuous outcome as it is printed; empty without one."""
        unit = self.plan.endpoint.unit
        return "points" if unit == Unit.SCORE else unit.symbol.strip()

    @property
    def judged(self) -> int:
        """Patients who were predicted by a model that had not seen them."""
        return self.results.performance[self.plan.reference].patients

    @property
    def chosen(self) -> tuple[str, ...]:
        """The reference and the headline model: what the study is about."""
        both = (self.plan.reference, self.plan.headline)
        return tuple(name for name in both if name is not None)

    @property
    def resamples(self) -> dict[str, Any]:
        """How intervals are made, as options of the statistics."""
        return {
            "replicates": self.plan.validation.bootstrap,
            "seed": self.plan.seed,
        }

    @cached_property
    def found(self) -> Mapping[str, OutOfFold]:
        """Out-of-fold predictions by model, in the order of the report."""
        return {n: out_of_fold(self.results.rows_of(n)) for n in self.plan.names}

    @cached_property
    def binary_performance(self) -> Mapping[str, Performance]:
        """Performance by model of a yes-or-no outcome."""
        found = self.results.performance
        return {k: v for k, v in found.items() if isinstance(v, Performance)}

    @cached_property
    def continuous_performance(self) -> Mapping[str, ContinuousPerformance]:
        """Performance by model of a continuous outcome."""
        found = self.results.performance
        return {k: v for k, v in found.items() if isinstance(v, ContinuousPerformance)}

    @cached_property
    def sets(self) -> Mapping[str, PredictionSets | PredictionIntervals | str]:
        """Prediction sets or intervals of the chosen models, or why there are none."""
        return {name: self._sets_of(name) for name in self.chosen}

    def _sets_of(self, model: str) -> PredictionSets | PredictionIntervals | str:
        judge = prediction_sets if self.binary else prediction_intervals
        try:
            return judge(self.found[model], **self.resamples)
        except NotMeasurable as refusal:
            return str(refusal)

    def rows(self, model: str) -> dict[str, Any]:
        """Outcome, prediction and pseudonym of every row of one model."""
        rows = self.results.rows_of(model)
        return {
            "outcome": rows["outcome"].to_numpy(dtype=float),
            "predicted": rows["predicted"].to_numpy(dtype=float),
            "patients": rows["patient"].tolist(),
        }

    def reads(self, model: str) -> str:
        """Say what a model was given, and how it was made."""
        plan = self.plan.model(model)
        words = [SOURCES[source] for source in plan.reads]
        return " and ".join(words) if words else "nothing"
