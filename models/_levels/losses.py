"""How far the network's readings are from the truth, each on its own scale."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from models._levels.gradings import GRADINGS, Grading

Raw = Float[Tensor, "row outputs"]
Truth = Float[Tensor, " row"]


def split(raw: Float[Tensor, "*rows outputs"]) -> Iterator[tuple[Grading, Tensor]]:
    """Yield each grading with its own outputs."""
    first = 0
    for grading in GRADINGS:
        yield grading, raw[..., first : first + grading.outputs]
        first += grading.outputs


def loss_of(grading: Grading, raw: Raw, truth: Truth) -> Float[Tensor, ""]:
    """Return the mean loss over the rows whose truth is known; 0 without any."""
    known = ~truth.isnan()
    if not known.any():
        return raw.sum() * 0.0
    raw, truth = raw[known], truth[known]
    if grading.kind == "type":
        weights = torch.tensor(grading.type_weights) if grading.type_weights else None
        return functional.cross_entropy(raw, truth.long() - grading.lowest, weights)
    if grading.kind == "amount":
        return functional.smooth_l1_loss(raw[:, 0], on_scale(grading, truth))
    return functional.binary_cross_entropy_with_logits(
        raw, _steps(grading, truth), pos_weight=torch.tensor(grading.yes_weight)
    )


def on_scale(grading: Grading, truth: Truth) -> Truth:
    """Return amounts as the network sees them."""
    values = truth.clamp(min=1e-3).log() if grading.logarithm else truth
    scaled: Tensor = (values - grading.middle) / grading.spread
    return scaled


def _steps(grading: Grading, truth: Truth) -> Float[Tensor, "row steps"]:
    """Return whether the truth reaches each grade above the lowest."""
    grades = torch.arange(grading.lowest + 1, grading.lowest + 1 + grading.outputs)
    return (truth[:, None] >= grades).float()


def amount(grading: Grading, raw: Truth) -> Truth:
    """Return amounts as a clinician sees them: the inverse of `on_scale`."""
    values = raw * grading.spread + grading.middle
    return values.exp() if grading.logarithm else values
