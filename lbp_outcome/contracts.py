"""What a model and an explanation must offer to be plugged in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from lbp_outcome.view import CohortView, PatientImages

Predictions = Float[np.ndarray, " patients"]
"""Of a yes-or-no outcome the probability, of a continuous one the expected value."""

OutcomeKind = Literal["binary", "continuous"]
Settings = Mapping[str, Any]


@runtime_checkable
class FoldData(Protocol):
    """What a data module offers: patients to learn from and patients to predict.

    The held-out patients carry no outcome.
    """

    @property
    def train(self) -> CohortView:
        """Patients to learn from; none where a saved model is applied."""
        ...

    @property
    def held_out(self) -> CohortView:
        """Patients to predict or explain."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """Fold data that say where a long training may keep its state.

    Attributes:
        checkpoints: A folder, which need not exist yet; None where nothing is kept.
            Whoever names it removes it.
    """

    checkpoints: Path | None


@runtime_checkable
class FittedModel(Protocol):
    """A model that has seen its training patients."""

    def predict(self, data: FoldData) -> Predictions:
        """Return each held-out patient's probability of the outcome.

        A model of a continuous outcome returns the value to be expected.
        """
        ...

    def save(self, folder: Path) -> None:
        """Write the model into an empty folder without any pickle."""
        ...


@dataclass(frozen=True, kw_only=True)
class ModelRecipe:
    """A named way to turn training patients into a fitted model.

    Attributes:
        name: Name on the shelf of models.
        data: Name on the shelf of data modules it reads.
        fit: Fits a fresh model to `data.train`; everything learned (scaling,
            imputation, weights) is learned here. The seed makes it repeatable.
        load: Reads back what `FittedModel.save` wrote.
        grid: Settings to choose from on the inner folds; the first is the default.
        fit_all: Fits one model for each of several settings, the same as `fit` one by
            one but faster; None where nothing is gained.
        predicts: Whether the outcome is a yes or no, or a number.
        sees_images: Whether it looks at the images.
        pretrained: Whether its look was learned elsewhere, on spines, and stays as it
            is: it finds nothing in images of anything else.
        reference: Where the method is described.
    """

    name: str
    data: Literal["tabular", "multimodal", "volumes"]
    fit: Callable[[FoldData, Settings, int], FittedModel]
    load: Callable[[Path], FittedModel]
    grid: tuple[Settings, ...] = ({},)
    fit_all: (
        Callable[[FoldData, Sequence[Settings], int], Sequence[FittedModel]] | None
    ) = None
    predicts: OutcomeKind = "binary"
    sees_images: bool = False
    pretrained: bool = False
    reference: str = ""


@runtime_checkable
class SelectingModel(Protocol):
    """A fitted model that uses only some of the predictors it was offered."""

    @property
    def selected(self) -> tuple[str, ...]:
        """Names of the predictors it uses; the others change no prediction."""
        ...


@runtime_checkable
class AdditiveModel(Protocol):
    """A fitted model whose score is an intercept plus one term per predictor.

    The score is the log-odds of a yes-or-no outcome, or the value of a continuous one.
    """

    @property
    def predicts(self) -> OutcomeKind:
        """Whether the outcome is a yes or no, or a number."""
        ...

    @property
    def intercept(self) -> float:
        """Score of the average training patient."""
        ...

    def terms(self, data: FoldData) -> Float[np.ndarray, "patients predictors"]:
        """Return the terms of the held-out patients; mean 0 over the training ones."""
        ...


@runtime_checkable
class TreeModel(Protocol):
    """A fitted model made of XGBoost trees: in log-odds, or in the outcome's unit."""

    @property
    def predicts(self) -> OutcomeKind:
        """Whether the outcome is a yes or no, or a number."""
        ...

    @property
    def booster(self) -> Any:  # noqa: ANN401 - the floor does not import xgboost
        """The `xgboost.Booster`; its columns are the predictors, in order."""
        ...


@runtime_checkable
class ReferredModel(Protocol):
    """A fitted model that knows a typical patient to compare others with."""

    @property
    def typical(self) -> Float[np.ndarray, " predictors"]:
        """Median of each predictor over the training patients; no patient's own row."""
        ...


@dataclass(frozen=True, kw_only=True)
class TableExplanation:
    """Signed contributions of the predictors to each patient's prediction.

    Attributes:
        contributions: Shift away from `reference` on the scale named by `scale`.
        reference: Prediction that each patient's contributions start from, same scale:
            the same for all, unless the model also sees that patient's images.
        scale: `log-odds` or `probability`, or `outcome`: the unit of a continuous one.
    """

    contributions: Float[np.ndarray, "patients predictors"]
    reference: Float[np.ndarray, " patients"]
    scale: Literal["log-odds", "probability", "outcome"]


@dataclass(frozen=True, kw_only=True)
class ImageExplanation:
    """Where in one patient's images the model looked.

    Attributes:
        maps: One non-negative map per level crop, on the voxels of that crop, all
            levels on one scale with the largest value 1 (or all zero).
        images: The images that were explained, which give each map its place.
    """

    maps: Mapping[Any, Float[np.ndarray, "left posterior superior"]]
    images: PatientImages


@dataclass(frozen=True, kw_only=True)
class TableExplanationMethod:
    """A named way to attribute predictions to the predictors of a table.

    Attributes:
        name: Name on the shelf of explanations.
        attribute: Explains the held-out patients of the data.
        suits: Whether this method can explain that fitted model.
        complete: Whether contributions add up to prediction minus reference.
        reference: Where the method is described.
    """

    name: str
    attribute: Callable[[FittedModel, FoldData], TableExplanation]
    suits: Callable[[FittedModel], bool]
    complete: bool
    reference: str


@dataclass(frozen=True, kw_only=True)
class ImageExplanationMethod:
    """A named way to show where in the images a network looked.

    Attributes:
        name: Name on the shelf of explanations.
        attribute: Explains the single held-out patient of the data.
        suits: Whether this method can explain that fitted model.
        direction: Whether a bright region raises or lowers the predicted probability.
        shows: What a bright region means, for the caption of every picture.
        reference: Where the method is described.
    """

    name: str
    attribute: Callable[[FittedModel, FoldData], ImageExplanation]
    suits: Callable[[FittedModel], bool]
    direction: Literal["raises", "lowers"]
    shows: str
    reference: str
