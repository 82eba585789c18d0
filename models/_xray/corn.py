"""Ordinal grades by conditional probabilities (CORN): loss and chances.

Shi, Cao and Raschka, arXiv:2111.08851.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


def corn_loss(
    logits: Float[Tensor, "*shape limit"],
    above: Bool[Tensor, "*shape limit"],
) -> Float[Tensor, ""]:
    """Cross-entropy of "above this limit", among those above the limit before.

    Args:
        logits: One number for each limit, from the lowest.
        above: Whether the truth lies above each limit.
    """
    asked = torch.ones_like(above)
    asked[..., 1:] = above[..., :-1]
    losses = binary_cross_entropy_with_logits(logits, above.float(), reduction="none")
    return (losses * asked).sum() / asked.sum()


def chances_above(
    logits: Float[Tensor, "*shape limit"],
) -> Float[Tensor, "*shape limit"]:
    """Return the chance of lying above each limit; it falls from limit to limit."""
    return logits.sigmoid().cumprod(dim=-1)
