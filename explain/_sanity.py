"""Does a heat map depend on what the network learned? Maps must earn being shown."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import rankdata

from lbp_outcome.contracts import (
    FittedModel,
    FoldData,
    ImageExplanation,
    ImageExplanationMethod,
)

THRESHOLD = 0.5
"""Largest similarity to the maps of random networks with which a map passes."""

RANDOM_NETWORKS = 5
"""How many random networks a map is compared with."""


@dataclass(frozen=True, kw_only=True)
class SanityCheck:
    """Whether a heat map passed the weight randomisation test, in words as well.

    Attributes:
        passed: Whether the map depends on the network's weights.
        similarity: Mean size of the rank correlation between the map and the maps of
            random networks: 1 when the map is the same whatever the network learned.
        threshold: Largest similarity that passes.
        statement: One sentence for a surgeon.
    """

    passed: bool
    similarity: float
    threshold: float
    statement: str


def weight_randomisation(
    method: ImageExplanationMethod, model: FittedModel, data: FoldData, seed: int
) -> SanityCheck:
    """Compare one patient's heat map with those of networks that learned nothing.

    All weights are drawn anew, five times. The size of the correlation counts, not its
    sign: a map turned inside out still shows the image and not the network. Only
    voxels inside the scan count. A random network that gives an empty map counts as
    similarity 0.

    Passing is necessary, not sufficient: it says that the map comes from the weights,
    not that the weights are any good. An untrained network passes as well.

    Args:
        method: How the map is made.
        model: A fitted model with a network.
        data: Holds the one patient to explain as its held-out patient.
        seed: Makes the random networks repeatable.

    Raises:
        InvalidChoice: Not exactly one patient is held out, or the model has no network.

    Reference:
        Adebayo et al., NeurIPS 2018, doi:10.48550/arXiv.1810.03292.
    """
    shown = _inside_the_scan(method.attribute(model, data))
    if not shown.any():
        return _failed_empty()
    others = (
        _inside_the_scan(method.attribute(random, data))
        for random in _random_models(model, seed)
    )
    found = [abs(_rank_correlation(shown, other)) for other in others]
    return _judged(float(np.mean(found)))


def _judged(similarity: float) -> SanityCheck:
    passed = similarity < THRESHOLD
    if passed:
        statement = (
            f"The heat map changes when the network forgets what it learned "
            f"(similarity {similarity:.2f}, below {THRESHOLD:g}): it depends on the "
            f"network, which does not yet make it right."
        )
    else:
        statement = (
            f"The heat map hardly changes when the network forgets what it learned "
            f"(similarity {similarity:.2f}, not below {THRESHOLD:g}): it shows the "
            f"image, not the prediction, and should not be used."
        )
    return SanityCheck(
        passed=passed, similarity=similarity, threshold=THRESHOLD, statement=statement
    )


def _failed_empty() -> SanityCheck:
    return SanityCheck(
        passed=False,
        similarity=0.0,
        threshold=THRESHOLD,
        statement="The heat map is empty: in this patient it shows nothing to check.",
    )


def _random_models(model: FittedModel, seed: int) -> Iterator[FittedModel]:
    import torch  # only networks are ever checked

    for number in range(RANDOM_NETWORKS):
        random = copy.deepcopy(model)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed + number)
            for layer in random.network.modules():  # type: ignore[attr-defined]
                if hasattr(layer, "reset_parameters"):
                    layer.reset_parameters()
        yield random


def _inside_the_scan(explanation: ImageExplanation) -> Float[np.ndarray, " voxels"]:
    levels = explanation.images.levels
    parts = [
        values[levels[level].values != 0] for level, values in explanation.maps.items()
    ]
    return np.concatenate([np.empty(0), *parts])


def _rank_correlation(
    one: Float[np.ndarray, " voxels"], other: Float[np.ndarray, " voxels"]
) -> float:
    """Spearman's; 0 where one of them is the same everywhere."""
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(one), rankdata(other))[0, 1])
