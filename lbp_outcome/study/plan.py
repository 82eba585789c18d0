"""The study file: what is predicted, from what, validated how."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from lbp_outcome.contracts import OutcomeKind
from lbp_outcome.errors import InvalidChoice, LbpError, UnknownName, UnreadableFile
from lbp_outcome.features import measured_names
from lbp_outcome.outcomes import OUTCOMES, Outcome
from lbp_outcome.visits import BASELINE, VISITS
from models import MODELS

Source = Literal["clinical", "measurements", "images"]
Scheme = Literal[
    "cross_validation", "leave_one_site_out", "site_hold_out", "temporal_hold_out"
]


@dataclass(frozen=True, kw_only=True)
class Predictors:
    """What the models may look at.

    Attributes:
        clinical: Columns of participants.tsv, or `<score>_baseline`.
        measurements: Measurements of the MR image, such as `disc_height_mm.min`, or
            columns of participants.tsv that were read from images.
        levels: Discs of which a network sees a crop.
    """

    clinical: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    levels: tuple[str, ...] = ("L1-L2", "L2-L3", "L3-L4", "L4-L5", "L5-S1")


@dataclass(frozen=True, kw_only=True)
class ModelPlan:
    """One model of the study.

    Attributes:
        name: What the report calls it.
        method: Name on the shelf of models.
        reads: Groups of predictors it sees.
        settings: Settings of the method that are fixed here instead of being chosen on
            the inner folds, such as `epochs: 10`.
    """

    name: str
    method: str
    reads: tuple[Source, ...] = ("clinical",)
    settings: dict[str, int | float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        recipe = MODELS[self.method]
        if "images" in self.reads and not recipe.sees_images:
            raise InvalidChoice(
                f"model {self.name!r}: the method {self.method!r} cannot read images"
            )


@dataclass(frozen=True, kw_only=True)
class Validation:
    """How performance in unseen patients is estimated.

    Attributes:
        scheme: `cross_validation`; `leave_one_site_out` (each hospital is predicted
            by a model of the others); `site_hold_out` (one hospital is predicted);
            `temporal_hold_out` (the patients operated on last are predicted).
        outer: Folds of the cross-validation that estimate performance.
        inner: Folds that choose settings inside each outer fold.
        repeats: How often the whole cross-validation is made anew.
        by: Column that names the hospital, or orders the patients in time.
        keep_together: Column whose patients stay in one fold, such as `site`.
        held_out: The hospital that is held out, or the share of patients operated on
            last (0 to 1).
        bootstrap: Resamples of patients behind every interval.
        optimism: Resamples in which every model is refitted, to correct its apparent
            performance for optimism; 0 for none.
        permutations: How often outcomes are dealt out anew, to see that nothing is
            found where nothing is; 0 for never.
    """

    scheme: Scheme = "cross_validation"
    outer: int = 5
    inner: int = 3
    repeats: int = 10
    by: str = ""
    keep_together: str | None = None
    held_out: str | float | None = None
    bootstrap: int = 2000
    optimism: int = 0
    permutations: int = 20

    def __post_init__(self) -> None:
        if min(self.outer, self.inner) < 2 or self.repeats < 1:
            raise InvalidChoice(
                "validation: at least 2 outer folds, 2 inner folds and 1 repeat are "
                f"needed, not {self.outer}, {self.inner} and {self.repeats}"
            )
        if self.bootstrap < 200:
            raise InvalidChoice(
                f"validation: {self.bootstrap} bootstrap resamples are too few for a "
                "95 % interval; use at least 200"
            )
        if self.permutations < 0 or self.optimism not in (0, *range(10, 10_001)):
            raise InvalidChoice(
                "validation: optimism takes 10 resamples or more (or 0), permutations "
                f"0 or more, not {self.optimism} and {self.permutations}"
            )
        self._check_scheme()

    def _check_scheme(self) -> None:
        if self.scheme == "cross_validation":
            return
        if not self.by:
            raise InvalidChoice(
                f"validation: {self.scheme} needs a column of participants.tsv; write "
                "by: site, or by: and the column that orders patients in time"
            )
        if self.scheme == "site_hold_out" and not isinstance(self.held_out, str):
            raise InvalidChoice(
                "validation: site_hold_out needs the name of a hospital as held_out"
            )
        if self.scheme == "temporal_hold_out" and not (
            isinstance(self.held_out, float) and 0 < self.held_out < 1
        ):
            raise InvalidChoice(
                "validation: temporal_hold_out needs the share of patients that is "
                "held out, such as held_out: 0.25"
            )


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """The analysis plan.

    Attributes:
        name: Name of the study, and of its MLflow experiment.
        cohort: Cohort folder, relative to the study file.
        models: The models to compare; comparators that are not among them are added.
        outcome: Name on the shelf of outcomes.
        horizon: Visit at which the outcome is taken.
        companions: Other outcomes on the shelf, at the same visit, that a network may
            learn beside its own; no model ever reads them.
        predictors: What the models may look at.
        reference: The model that every other is compared with.
        increment: The model whose gain over the reference is the headline; by default
            the first that reads images or measurements besides what the reference
            reads.
        validation: How performance is estimated.
        external: Cohort folders on which the final models are tried.
        subgroups: Columns by which performance is shown; `age` in bands.
        mute: Checks that are not to stop this study, each with the reason why.
        seed: Seed of folds, models and resamples.
    """

    name: str
    cohort: Path
    models: tuple[ModelPlan, ...]
    outcome: str = "zcq_2of3"
    horizon: str = "month_12"
    companions: tuple[str, ...] = ()
    predictors: Predictors = field(default_factory=Predictors)
    reference: str = "clinical"
    increment: str | None = None
    validation: Validation = field(default_factory=Validation)
    external: tuple[Path, ...] = ()
    subgroups: tuple[str, ...] = ("sex", "age", "site")
    mute: dict[str, str] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.horizon not in VISITS or self.horizon == BASELINE:
            raise InvalidChoice(
                f"horizon: {self.horizon!r} is not a visit after surgery; choose one "
                f"of {', '.join(VISITS[1:])}"
            )
        self._check_companions()
        names = [model.name for model in self.models]
        if len(set(names)) < len(names):
            raise InvalidChoice("models: two models have the same name")
        for model in self.models:
            self._require_kind(model)
        if self.reference not in self.names:
            raise UnknownName("model of this study", self.reference, self.names)
        if self.increment is not None and self.increment not in self.names:
            raise UnknownName("model of this study", self.increment, self.names)
        for check, reason in self.mute.items():
            if not reason.strip():
                raise InvalidChoice(f"mute: say why {check!r} is muted")

    @property
    def endpoint(self) -> Outcome:
        """The definition of the outcome."""
        return OUTCOMES[self.outcome]

    @property
    def fingerprint(self) -> str:
        """SHA-256 sum over all that the plan says, but not where the files lie."""
        content = asdict(self) | {"cohort": self.cohort.name}
        content["external"] = [folder.name for folder in self.external]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def every_model(self) -> tuple[ModelPlan, ...]:
        """The models of the file, and the comparators that always run."""
        return (*self.models, *missing_comparators(self))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all models, in the order of the report."""
        return tuple(model.name for model in self.every_model)

    def model(self, name: str) -> ModelPlan:
        """Return the model of this name."""
        return next(model for model in self.every_model if model.name == name)

    @cached_property
    def headline(self) -> str | None:
        """The model whose gain over the reference is what the study is about."""
        return self.increment or _first_with_more(self)

    @property
    def needs_scans(self) -> bool:
        """Whether any model reads something that comes from the MR image."""
        sources = {source for model in self.every_model for source in model.reads}
        measured = bool(measured_names(self.predictors.measurements))
        return "images" in sources or ("measurements" in sources and measured)

    def _check_companions(self) -> None:
        for name in self.companions:
            if name not in OUTCOMES:
                raise UnknownName("outcome", name, OUTCOMES)
            if name == self.outcome:
                raise InvalidChoice(
                    f"companions: {name!r} is the outcome of this study already"
                )
        if len(set(self.companions)) < len(self.companions):
            raise InvalidChoice("companions: an outcome stands there twice")

    def _require_kind(self, model: ModelPlan) -> None:
        kind = self.endpoint.kind
        if MODELS[model.method].predicts == kind:
            return
        fit = [name for name, recipe in MODELS.items() if recipe.predicts == kind]
        what = "a yes or no" if kind == "binary" else "a number"
        raise InvalidChoice(
            f"model {model.name!r}: {self.outcome!r} is {what}, which the method "
            f"{model.method!r} cannot predict; choose one of {', '.join(fit)}"
        )


COMPARATORS: Mapping[OutcomeKind, Mapping[str, tuple[str, Source | None]]] = {
    "binary": {
        "base_rate": ("base_rate", None),
        "clinical": ("logistic", "clinical"),
        "single_best": ("single_best", "measurements"),
        "published": ("published_score", "clinical"),
        "boosted": ("boosted", "clinical"),
    },
    "continuous": {
        "average": ("average", None),
        "clinical": ("ridge", "clinical"),
        "single_best": ("single_best_linear", "measurements"),
        "boosted": ("boosted_regression", "clinical"),
    },
}
"""Models that every study runs beside its own: name, method and what they read."""


def missing_comparators(plan: StudyPlan) -> tuple[ModelPlan, ...]:
    """Return the comparators that the study file does not name itself.

    One that has nothing to read (a study without measurements has no single best
    measurement) is left out.
    """
    offered = {"clinical": plan.predictors.clinical}
    offered["measurements"] = plan.predictors.measurements
    taken = {model.name for model in plan.models}
    methods = {model.method for model in plan.models if model.name != "clinical"}
    return tuple(
        ModelPlan(name=name, method=method, reads=(reads,) if reads else ())
        for name, (method, reads) in COMPARATORS[plan.endpoint.kind].items()
        if name not in taken
        and method in MODELS
        and (method not in methods or name == "clinical")
        and (reads is None or offered[reads])
    )


def _first_with_more(plan: StudyPlan) -> str | None:
    known = set(plan.model(plan.reference).reads)
    for model in plan.models:
        if known < set(model.reads):
            return model.name
    return None


def read_plan(file: Path) -> StudyPlan:
    """Read a study file.

    Raises:
        UnreadableFile: There is no such file.
        InvalidChoice: An entry is unknown, missing or impossible; names the entry.
    """
    from jsonargparse import ArgumentError, ArgumentParser

    file = Path(file)
    if not file.is_file():
        raise UnreadableFile(f"{file}: there is no such study file")
    parser = ArgumentParser(exit_on_error=False)
    parser.add_class_arguments(StudyPlan)
    try:
        settings = parser.instantiate(parser.parse_path(str(file)))
        return _beside(file, StudyPlan(**settings))
    except (ArgumentError, LbpError, TypeError, ValueError) as error:
        one_line = " ".join(str(error).split())
        raise InvalidChoice(f"{file.name}: {one_line}") from None


def _beside(file: Path, plan: StudyPlan) -> StudyPlan:
    """Take cohort folders relative to the study file."""
    here = file.resolve().parent
    external = tuple((here / folder).resolve() for folder in plan.external)
    return replace(plan, cohort=(here / plan.cohort).resolve(), external=external)
