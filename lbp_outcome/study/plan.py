"""The study file: what is predicted, from what, validated how."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from lbp_outcome.errors import InvalidChoice, LbpError, UnreadableFile
from lbp_outcome.outcomes import OUTCOMES, Outcome
from lbp_outcome.visits import BASELINE, VISITS
from models import MODELS

Source = Literal["clinical", "measurements", "images"]


@dataclass(frozen=True, kw_only=True)
class Predictors:
    """What the models may look at.

    Attributes:
        clinical: Columns of participants.tsv, or `<score>_baseline`.
        measurements: Measurements of the MR image, such as `disc_height_mm.min`.
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
    """Nested cross-validation.

    Attributes:
        outer: Folds that estimate performance.
        inner: Folds that choose settings inside each outer fold.
        repeats: How often the whole division is made anew.
        bootstrap: Resamples of patients behind every interval.
    """

    outer: int = 5
    inner: int = 3
    repeats: int = 1
    bootstrap: int = 2000

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


@dataclass(frozen=True, kw_only=True)
class StudyPlan:
    """The analysis plan.

    Attributes:
        name: Name of the study, and of its MLflow experiment.
        cohort: Cohort folder, relative to the study file.
        models: The models to compare.
        outcome: Name on the shelf of outcomes.
        horizon: Visit at which the outcome is taken.
        predictors: What the models may look at.
        reference: The model that every other is compared with.
        validation: How performance is estimated.
        seed: Seed of folds, models and resamples.
    """

    name: str
    cohort: Path
    models: tuple[ModelPlan, ...]
    outcome: str = "zcq_2of3"
    horizon: str = "month_12"
    predictors: Predictors = field(default_factory=Predictors)
    reference: str = "clinical"
    validation: Validation = field(default_factory=Validation)
    seed: int = 0

    def __post_init__(self) -> None:
        if self.endpoint.kind != "binary":
            raise InvalidChoice(
                f"outcome: {self.outcome!r} is continuous and the models here predict "
                f"a yes or no; use {self.outcome}_50"
            )
        if self.horizon not in VISITS or self.horizon == BASELINE:
            raise InvalidChoice(
                f"horizon: {self.horizon!r} is not a visit after surgery; choose one "
                f"of {', '.join(VISITS[1:])}"
            )
        names = [model.name for model in self.models]
        if len(set(names)) < len(names):
            raise InvalidChoice("models: two models have the same name")
        if self.reference not in names:
            raise InvalidChoice(
                f"reference: no model of this study is named {self.reference!r}; it "
                f"has {', '.join(names)}"
            )

    @property
    def endpoint(self) -> Outcome:
        """The definition of the outcome."""
        return OUTCOMES[self.outcome]

    @property
    def needs_scans(self) -> bool:
        """Whether any model reads something that comes from the MR image."""
        return any({"measurements", "images"} & set(m.reads) for m in self.models)


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
    """Take the cohort folder relative to the study file."""
    return replace(plan, cohort=(file.resolve().parent / plan.cohort).resolve())
