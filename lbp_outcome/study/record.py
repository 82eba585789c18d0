"""A study's runs in MLflow: one for the study, below it one per model and fold."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lbp_outcome.study import tracking
from lbp_outcome.study.cross_validation import FoldResult, log_loss
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.folder import FINAL, MODELS_FOLDER, fold_name
from lbp_outcome.study.outcome_model import OutcomeModel
from lbp_outcome.study.plan import ModelPlan, StudyPlan
from lbp_outcome.study.registration import register
from lbp_outcome.study.results import StudyResults


class StudyRecord:
    """What a study did, written to MLflow while it happens.

    Args:
        plan: The analysis plan.
        data: The patients.
        provenance: Code version, fingerprint of the data, hash of the plan, seed.
    """

    def __init__(
        self, plan: StudyPlan, data: StudyData, provenance: Mapping[str, str]
    ) -> None:
        self.plan, self.data, self.provenance = plan, data, provenance
        self.study_run = ""
        self.runs: dict[tuple[str, str], str] = {}

    @contextmanager
    def study(self) -> Iterator[str]:
        """Open the study's run and yield its id; an error marks it as failed."""
        tracking.use_experiment(self.plan.name)
        tags = {"kind": "study", "simulated": str(self.data.cohort.simulated)}
        with tracking.run(self.plan.name, tags=tags) as self.study_run:
            tracking.log_params(self._settings())
            tracking.log_text(tracking.environment(), "environment.txt")
            yield self.study_run

    @contextmanager
    def model(self, model: ModelPlan) -> Iterator[None]:
        """Open the run of one model."""
        with tracking.run(
            model.name, tags=self._tags("model", model), nested=True
        ) as run:
            self.runs[model.name, FINAL] = run
            tracking.log_params(dataclasses.asdict(model))
            yield

    def fold(self, model: ModelPlan, result: FoldResult) -> None:
        """Write what one fold gave."""
        name = fold_name(result.fold.repeat, result.fold.fold)
        tags = self._tags("fold", model) | {"fold": name}
        assert self.data.view.outcome is not None
        outcome = self.data.view.outcome[result.fold.held_out]
        with tracking.run(f"{model.name} {name}", tags=tags, nested=True) as run:
            self.runs[model.name, name] = run
            trained = {"trained_on": len(result.fold.train)}
            tracking.log_params({**result.settings, **trained})
            brier = float(((outcome - result.probability) ** 2).mean())
            loss = log_loss(outcome, result.probability)
            tracking.log_metrics({"brier": brier, "log_loss": loss})

    def results(
        self, folder: Path, results: StudyResults, models: Mapping[str, OutcomeModel]
    ) -> None:
        """Write metrics with their intervals, files, and the models; register these.

        Args:
            folder: The study's folder, complete.
            results: What was found.
            models: The models fitted to all patients.
        """
        tracking.log_metrics({"base_rate": results.base_rate.value})
        files = [path for path in folder.iterdir() if path.name != MODELS_FOLDER]
        tracking.log_files(*sorted(files))
        for (name, fitted_as), run in self.runs.items():
            files_of_model = folder / MODELS_FOLDER / name / fitted_as
            with tracking.reopened(run):
                tracking.log_files(files_of_model, folder=fitted_as)
                if fitted_as == FINAL:
                    tracking.log_metrics(_metrics(name, results))
                    register(files_of_model, models[name].card)

    def _tags(self, kind: str, model: ModelPlan) -> dict[str, str]:
        return {"kind": kind, "study_run": self.study_run, "model": model.name}

    def _settings(self) -> dict[str, object]:
        settings = dataclasses.asdict(self.plan)
        for part in ("validation", "predictors"):
            settings |= {f"{part}.{k}": v for k, v in settings.pop(part).items()}
        settings["models"] = [model.name for model in self.plan.models]
        patients = {"patients": len(self.data.view)}
        return {**settings, **self.provenance, **patients}


def _metrics(model: str, results: StudyResults) -> dict[str, float | None]:
    """AUC and its bounds become `auc`, `auc_low` and `auc_high`, and so on."""
    estimates = dataclasses.asdict(results.performance[model])
    for difference in results.differences:
        if difference.model == model:
            found = dataclasses.asdict(difference)
            estimates |= {f"{name}_gain": found[name] for name in ("auc", "brier")}
    return {
        f"{name}{end}": estimate[key]
        for name, estimate in estimates.items()
        if isinstance(estimate, dict)
        for end, key in (("", "value"), ("_low", "low"), ("_high", "high"))
    }
