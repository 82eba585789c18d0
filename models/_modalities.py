"""One regression per modality, silent about a patient who lacks that modality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.view import CohortView, Predictor
from models._saved import SavedModel
from models._score import Design, LinearScore


@dataclass(frozen=True, eq=False, kw_only=True)
class ModalityScore:
    """What one modality says of a patient, relative to the average who has it.

    That a patient has the modality at all says nothing: who got an X-ray is decided by
    the hospital's habits, which the next hospital does not share.

    Attributes:
        name: Group of predictors, such as `clinical`.
        score: Its intercept is 0.
    """

    name: str
    score: LinearScore

    def of(self, view: CohortView) -> Float[np.ndarray, " patients"]:
        """Return what it says of each patient; exactly 0 of one who lacks it."""
        part = view.reading((self.name,), images=False)
        said: np.ndarray = np.where(
            has_any(part), self.score.of(_Shown(part.take([]), part)), 0.0
        )
        return said


def modality_names(predictors: Sequence[Predictor]) -> tuple[str, ...]:
    """Return the groups of predictors, in the order of the table."""
    return tuple(dict.fromkeys(item.group for item in predictors))


def has_any(view: CohortView) -> Bool[np.ndarray, " patients"]:
    """Return who has at least one value."""
    some: np.ndarray = ~np.isnan(view.table).all(axis=1)
    return some


def relative_score(name: str, score: LinearScore) -> ModalityScore:
    """Return a score as what its modality says relative to the average patient."""
    return ModalityScore(name=name, score=replace(score, intercept=0.0))


def silent(name: str, predictors: Sequence[Predictor]) -> ModalityScore:
    """Return the score of a modality from which nothing could be learned."""
    nothing = np.full((1, len(predictors)), np.nan)
    design = Design.learn(tuple(predictors), nothing)
    return relative_score(name, design.scores(np.zeros((1, len(predictors) + 1)))[0])


def written(scores: Sequence[ModalityScore]) -> Mapping[str, Any]:
    """Return the scores as the card of a model holds them, by modality."""
    return {item.name: item.score.save(item.name).fitted for item in scores}


def read_scores(card: SavedModel, folder: Path) -> tuple[ModalityScore, ...]:
    """Return the scores that a card holds, to the last bit.

    Raises:
        UnreadableFile: The card is damaged.
    """
    return tuple(_read(card, name, folder) for name in modality_names(card.predictors))


def _read(card: SavedModel, name: str, folder: Path) -> ModalityScore:
    try:
        fitted = dict(card.fitted["modalities"][name])
    except (KeyError, TypeError, ValueError):
        raise UnreadableFile(
            f"{folder}: the model's card says nothing of {name!r}; it is damaged."
        ) from None
    own = tuple(item for item in card.predictors if item.group == name)
    part = SavedModel(model=card.model, predictors=own, fitted=fitted)
    return ModalityScore(name=name, score=LinearScore.read(part))


@dataclass(frozen=True)
class _Shown:
    train: CohortView
    held_out: CohortView
