"""A study's runs in MLflow: one for the study, below it models, and below these folds.

A study that was stopped goes on with the run that it had begun.
"""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from lbp_outcome.errors import LbpError
from lbp_outcome.io.atomic import write_text
from lbp_outcome.study.checking import Verdict
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.findings.results import StudyResults
from lbp_outcome.study.fitting.cross_validation import FoldResult
from lbp_outcome.study.fitting.recipe import seen_by
from lbp_outcome.study.folder import FINAL, MODELS_FOLDER, fold_name
from lbp_outcome.study.outcome_model import CARD, ModelCard
from lbp_outcome.study.plan import StudyPlan
from lbp_outcome.study.tracked import tracking
from lbp_outcome.study.tracked.card_page import card_page, card_summary
from lbp_outcome.study.tracked.check_tags import CHECKS_TAG, check_tags, stopped_by
from lbp_outcome.study.tracked.lineage import external_data, training_data
from lbp_outcome.study.tracked.metrics import (
    fold_metrics,
    model_metrics,
    study_metrics,
)
from lbp_outcome.study.tracked.provenance import environment, study_id
from lbp_outcome.study.tracked.registration import register
from lbp_outcome.study.tracked.study_note import (
    results_note,
    study_note,
    validation_in_words,
)
from lbp_outcome.study.tracked.tracking import NOTE, Figure, Run, Status

RUN_ID = "mlflow_run.txt"
FAILURE = "failure"
"""Tag of a run that failed: why, in one line."""

REGISTERED = "registered_as"
"""Tag of a model's run: its name and version in the registry."""

OF_SINGLE_PATIENTS = "measurements"
"""Files about single patients stay out of MLflow."""


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
        self.plan, self.data, self.provenance = plan, data, dict(provenance)
        self.id = study_id(provenance)
        self.runs: dict[tuple[str, str], Run] = {}
        self.failure = ""

    @contextmanager
    def study(self, workbench: Path) -> Iterator[str]:
        """Open the study's run and yield its id; an error marks it as failed.

        Args:
            workbench: Where unfinished work lies; a run that was killed goes on.
        """
        self._begin(workbench / RUN_ID)
        try:
            yield self.run.id
        except BaseException as error:
            self._stop(error)
            raise
        tracking.finish(self.run, "FAILED" if self.failure else "FINISHED")

    def refused(self, verdicts: Sequence[Verdict]) -> None:
        """Keep a study that a check stopped before anything was trained, and why."""
        self.failure = stopped_by(verdicts)
        self._open()
        self._describe()
        tracking.write(self.run, tags=check_tags(verdicts) | {FAILURE: self.failure})
        tracking.finish(self.run, "FAILED")

    def fold(self, result: FoldResult) -> None:
        """Write what one fold gave, unless an earlier attempt did."""
        if (result.model, result.name) in self.runs:
            return
        above = self._model_run(result.model)
        where = {"repeat": str(result.fold.repeat), "fold": str(result.fold.fold)}
        tags = self._tags("fold", result.model) | where
        name = f"{result.model} {result.name}"
        run = tracking.start(self.experiment, name, tags, parent=above)
        tracking.write(
            run,
            params={**result.settings, "trained_on": len(result.fold.train)},
            metrics=[Figure(k, v) for k, v in self._fold_metrics(result).items()],
        )
        tracking.finish(run)
        self.runs[result.model, result.name] = run

    def results(
        self,
        folder: Path,
        results: StudyResults,
        cards: Mapping[str, ModelCard],
        verdicts: Sequence[Verdict],
    ) -> None:
        """Write metrics with their intervals, files, and the models; register these.

        Args:
            folder: The study's folder, complete.
            results: What was found.
            cards: Cards of the models fitted to all patients.
            verdicts: What the checks say; after an error nothing is registered.
        """
        self.failure = stopped_by(verdicts)
        self._study_results(folder, results, verdicts)
        home = folder / MODELS_FOLDER
        for (model, fitted_as), run in self.runs.items():
            tracking.keep(run, home / model / fitted_as, folder=fitted_as)
        for name in self.plan.names:
            run = self._model_run(name)
            checks = check_tags(verdicts)[CHECKS_TAG]
            self._model_results(run, cards[name], results, checks)
            if not self.failure:
                self._register(run, home / name / FINAL, cards[name], checks)
            tracking.finish(run)

    def _begin(self, note: Path) -> None:
        self._open(note)
        write_text(note, self.run.id)
        self._describe()

    def _open(self, note: Path | None = None) -> None:
        """Begin the study's run, or go on with the one that was noted."""
        statement = self.plan.endpoint.statement
        self.experiment = tracking.use_experiment(self.plan.name, statement)
        earlier = None if note is None else self._taken_up(note)
        name = f"{self.plan.name} {self.id[:7]}"
        tags = self._tags("study") | {NOTE: study_note(self.plan, self.data)}
        self.run = earlier or tracking.start(self.experiment, name, tags)

    def _describe(self) -> None:
        tracking.write(self.run, params=self._settings())
        training = training_data(
            self.data, self.data.view.predictors, self.plan.outcome
        )
        tracking.name_data(self.run, [training])
        tracking.keep_texts(self.run, {"environment.txt": environment()})

    def _taken_up(self, note: Path) -> Run | None:
        """Return the run of an earlier attempt, with all that it had finished."""
        run = tracking.go_on(note.read_text("utf-8")) if note.is_file() else None
        if run is None:
            return None
        tracking.drop_tag(run, FAILURE)
        for child in tracking.runs_with({"study_run": run.id}):
            tags = child.data.tags
            if tags["kind"] == "model":
                reopened = tracking.go_on(child.info.run_id)
                assert reopened is not None
                tracking.drop_tag(reopened, FAILURE)
                self.runs[tags["model"], FINAL] = reopened
            elif child.info.status == "FINISHED":
                name = fold_name(int(tags["repeat"]), int(tags["fold"]))
                self.runs[tags["model"], name] = tracking.as_run(child)
            else:
                tracking.client().delete_run(child.info.run_id)
        return run

    def _stop(self, error: BaseException) -> None:
        """Mark every run that is still open, and say why."""
        status: Status = "FAILED" if isinstance(error, Exception) else "KILLED"
        models = [run for (_, name), run in self.runs.items() if name == FINAL]
        for run in (*models, self.run):
            tracking.write(run, tags={FAILURE: self._in_one_line(error)})
            tracking.finish(run, status)

    def _in_one_line(self, error: BaseException) -> str:
        """Only our own messages are known to hold no data; pseudonyms are taken out."""
        if not isinstance(error, LbpError):
            return type(error).__name__
        words = " ".join(str(error).split())
        names = sorted(self.data.cohort.patients, key=len, reverse=True)
        known = "|".join([*map(re.escape, names), r"sub-\w+"])
        return re.sub(rf"\b(?:{known})\b", "a patient", words)[:500]

    def _model_run(self, name: str) -> Run:
        if (name, FINAL) not in self.runs:
            run = tracking.start(
                self.experiment, name, self._tags("model", name), parent=self.run
            )
            tracking.write(run, params=self._said_of(name))
            self.runs[name, FINAL] = run
        return self.runs[name, FINAL]

    def _said_of(self, model: str) -> dict[str, object]:
        """What a table of models from several studies should show beside them."""
        planned = self.plan.model(model)
        made = {k: v[:16] for k, v in self.provenance.items() if k.endswith("sha256")}
        return {
            "method": planned.method,
            "reads": planned.reads or "nothing",
            "predictors": len(seen_by(planned, self.data.view).predictors),
            "patients": len(self.data.view),
            "validation": validation_in_words(self.plan),
            **made,
            **{f"fixed.{name}": value for name, value in planned.settings.items()},
        }

    def _fold_metrics(self, result: FoldResult) -> dict[str, float]:
        assert self.data.view.outcome is not None
        outcome = self.data.view.outcome[result.fold.held_out]
        return fold_metrics(self.plan.endpoint.kind, outcome, result.predicted)

    def _study_results(
        self, folder: Path, results: StudyResults, verdicts: Sequence[Verdict]
    ) -> None:
        found = study_metrics(results, verdicts, len(self.data.view))
        about = study_note(self.plan, self.data)
        note = f"{about}\n\n{results_note(results, verdicts)}".strip()
        failure = {FAILURE: self.failure} if self.failure else {}
        tags = {**check_tags(verdicts), NOTE: note, **failure}
        tracking.write(self.run, metrics=found, tags=tags)
        predictors, outcome = self.data.view.predictors, self.plan.outcome
        tracking.name_data(
            self.run,
            [external_data(c, predictors, outcome) for c in results.external],
        )
        for path in sorted(folder.iterdir()):
            if path.name not in (MODELS_FOLDER, OF_SINGLE_PATIENTS):
                inside = path.name if path.is_dir() else None
                tracking.keep(self.run, path, folder=inside)

    def _model_results(
        self, run: Run, card: ModelCard, results: StudyResults, checks: str
    ) -> None:
        folds = (fold for fold in results.folds if fold.model == card.name)
        series = [
            Figure(key, value, step)
            for step, fold in enumerate(folds)
            for key, value in self._fold_metrics(fold).items()
        ]
        tags = {CHECKS_TAG: checks, NOTE: card_summary(card)}
        tracking.write(
            run, metrics=[*model_metrics(card.name, results), *series], tags=tags
        )
        seen = seen_by(self.plan.model(card.name), self.data.view).predictors
        outcome = self.plan.outcome
        others = [external_data(c, seen, outcome) for c in results.external]
        tracking.name_data(run, [training_data(self.data, seen, outcome), *others])
        chosen = results.stability[card.name].chosen
        tracking.keep_texts(
            run,
            {
                CARD: card.to_json(),
                "model_card.md": card_page(card),
                "selected_frequency.json": json.dumps(chosen, indent=1) + "\n",
            },
        )

    def _register(self, run: Run, files: Path, card: ModelCard, checks: str) -> None:
        if REGISTERED in tracking.client().get_run(run.id).data.tags:
            return  # by an attempt that was killed soon after
        tags = {**self._tags("model", card.name), CHECKS_TAG: checks}
        with tracking.current(run):
            made = register(files, card, tags)
        tracking.write(run, tags={REGISTERED: f"{made.name}/{made.version}"})

    def _tags(self, kind: str, model: str = "") -> dict[str, str]:
        tags = {
            "kind": kind,
            "study": self.plan.name,
            "study_id": self.id,
            "outcome": self.plan.outcome,
            "horizon": self.plan.horizon,
            "simulated": str(self.data.cohort.simulated),
            "code_version": self.provenance["code_version"],
        }
        if not model:
            return tags
        planned = self.plan.model(model)
        reads = ", ".join(planned.reads) or "nothing"
        tags |= {"model": model, "method": planned.method, "reads": reads}
        return tags | {"study_run": self.run.id}

    def _settings(self) -> dict[str, object]:
        """The plan, and what it was run on; never where on this computer it lies."""
        settings = dataclasses.asdict(self.plan)
        for part in ("validation", "predictors"):
            settings |= {f"{part}.{k}": v for k, v in settings.pop(part).items()}
        settings["models"] = self.plan.names
        settings["external"] = tuple(folder.name for folder in self.plan.external)
        settings |= self.provenance | {"cohort": self.plan.cohort.name}
        said = {k: v for k, v in settings.items() if v not in (None, "", (), {})}
        return {**said, "patients": len(self.data.view)}
