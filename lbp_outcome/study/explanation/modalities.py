"""What each modality adds to a prediction: exactly, from every subset of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from math import factorial
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import expit, logit

from lbp_outcome.contracts import OutcomeKind, Predictions
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView, PatientImages

CAUTION = (
    "An association is not a cause: this is what the model made of each modality, not "
    "what the modality did to the patient."
)

MRI, LATERAL, FRONTAL = "MRI", "lateral X-ray", "frontal X-ray"
"""The modalities that a model sees as images; others are groups of predictors."""

IN_IMAGES = {"mri": MRI, "radiograph": LATERAL, "frontal": FRONTAL}
"""What the images of a patient call them."""

CERTAIN = 1e-12
"""Nearest a probability may come to 0 or 1 to have log-odds."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ModalityShares:
    """Predictions with every subset of the modalities, and what each modality adds.

    Attributes:
        modalities: Names; subset `s` holds modality `m` if bit `m` of `s` is set.
        present: Who has which modality.
        scale: `log-odds`, or `outcome`: the unit of a continuous one.
        scores: Prediction with each subset, the empty one first, on that scale.

    Raises:
        InvalidChoice: There is not one score per subset.
    """

    modalities: tuple[str, ...]
    present: Bool[np.ndarray, "patients modalities"]
    scale: Literal["log-odds", "outcome"]
    scores: Float[np.ndarray, "subsets patients"]

    def __post_init__(self) -> None:
        if len(self.scores) != 1 << len(self.modalities):
            raise InvalidChoice(
                f"{len(self.modalities)} modalities have {1 << len(self.modalities)} "
                f"subsets, not {len(self.scores)}."
            )

    @property
    def shares(self) -> Float[np.ndarray, "patients modalities"]:
        """Shapley value of each modality, on the scale.

        What a modality adds to those before it, averaged over all their orders. They
        add up to the prediction with all modalities minus that with none, and one that
        changes no prediction gets 0.

        Reference:
            Shapley, A value for n-person games, 1953, doi:10.1515/9781400881970-018.
        """
        count = len(self.modalities)
        found = [self._share(member) for member in range(count)]
        return np.reshape(found, (count, self.scores.shape[1])).T

    def predicted(self, kept: Collection[str]) -> Predictions:
        """Return the predictions with these modalities and no other."""
        bits = (1 << m for m, name in enumerate(self.modalities) if name in kept)
        return self._predictions(self.scores[sum(bits)])

    def _share(self, member: int) -> Float[np.ndarray, " patients"]:
        count, bit = len(self.modalities), 1 << member
        total = np.zeros(self.scores.shape[1])
        for others in (s for s in range(1 << count) if not s & bit):
            before = others.bit_count()
            orders = factorial(before) * factorial(count - before - 1)
            gain = self.scores[others | bit] - self.scores[others]
            total += gain * (orders / factorial(count))
        return total

    def _predictions(self, score: Float[np.ndarray, " patients"]) -> Predictions:
        predicted: np.ndarray = expit(score) if self.scale == "log-odds" else score
        return predicted


def modality_shares(
    predict: Callable[[CohortView], Predictions], view: CohortView, kind: OutcomeKind
) -> ModalityShares:
    """Predict patients with every subset of their modalities.

    An absent modality is absent as if the patient never had it: its columns are
    missing, its images are not there. The model is not fitted anew.

    Args:
        predict: A fitted model, such as `OutcomeModel.predict`.
        view: The patients, none of whom it was fitted to.
        kind: Of outcome: of a yes or no the shares are log-odds.
    """
    names = _modalities(view)
    having = [_having(view, name) for name in names]
    present = np.reshape(having, (len(names), len(view))).T.astype(bool)
    return ModalityShares(
        modalities=names,
        present=present,
        scale="log-odds" if kind == "binary" else "outcome",
        scores=_scores(predict, view, kind, names, present),
    )


def _scores(
    predict: Callable[[CohortView], Predictions],
    view: CohortView,
    kind: OutcomeKind,
    names: tuple[str, ...],
    present: Bool[np.ndarray, "patients modalities"],
) -> Float[np.ndarray, "subsets patients"]:
    """Predict with every subset; what nobody has changes nothing and is not tried."""
    somebody = sum(1 << m for m in np.flatnonzero(present.any(axis=0)).tolist())
    known: dict[int, np.ndarray] = {}
    for subset in {subset & somebody for subset in range(1 << len(names))}:
        kept = [name for m, name in enumerate(names) if subset >> m & 1]
        known[subset] = _score(predict(_only(view, kept)), kind)
    found = [known[subset & somebody] for subset in range(1 << len(names))]
    return np.reshape(found, (len(found), len(view)))


def _modalities(view: CohortView) -> tuple[str, ...]:
    """The groups of predictors, and what a model of these patients sees as images."""
    asked = {MRI, LATERAL} if view.levels else set()
    for found in _images_of(view):
        asked |= _held(found) | {IN_IMAGES[name] for name in found.absent}
    groups = dict.fromkeys(item.group for item in view.predictors)
    return (*groups, *(name for name in IN_IMAGES.values() if name in asked))


def _having(view: CohortView, name: str) -> Bool[np.ndarray, " patients"]:
    if name in IN_IMAGES.values():
        held = [name in _held(found) for found in _images_of(view)]
        return np.array(held, dtype=bool)
    own = view.reading((name,), images=False).table
    some: np.ndarray = ~np.isnan(own).all(axis=1)
    return some


def _images_of(view: CohortView) -> list[PatientImages]:
    return [view.images.get(patient, PatientImages()) for patient in view.patients]


def _held(found: PatientImages) -> set[str]:
    held = {
        MRI: bool(found.levels or found.volumes),
        LATERAL: found.radiograph is not None,
        FRONTAL: found.frontal is not None,
    }
    return {name for name, there in held.items() if there}


def _only(view: CohortView, kept: Collection[str]) -> CohortView:
    """Return the patients as if they had these modalities and no other."""
    gone = np.array([item.group not in kept for item in view.predictors], dtype=bool)
    return replace(
        view,
        table=np.where(gone, np.nan, view.table),
        images={
            patient: _images(view.images[patient], kept)
            for patient in view.patients
            if patient in view.images
        },
    )


def _images(found: PatientImages, kept: Collection[str]) -> PatientImages:
    return replace(
        found,
        levels=found.levels if MRI in kept else {},
        volumes=found.volumes if MRI in kept else {},
        radiograph=found.radiograph if LATERAL in kept else None,
        frontal=found.frontal if FRONTAL in kept else None,
    )


def _score(predicted: Predictions, kind: OutcomeKind) -> Float[np.ndarray, " patients"]:
    if kind == "continuous":
        return predicted
    score: np.ndarray = logit(np.clip(predicted, CERTAIN, 1 - CERTAIN))
    return score
