"""Attention that decides how much each level, or each modality, counts."""

from jaxtyping import Bool, Float
from torch import Tensor, nn


class GatedAttention(nn.Module):
    """Weigh tokens by what is in them; absent ones weigh nothing.

    Gated attention of Ilse et al. (ICML 2018, doi:10.48550/arXiv.1802.04712).

    Args:
        width: Length of a token.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.content = nn.Linear(width, width // 2)
        self.gate = nn.Linear(width, width // 2)
        self.vote = nn.Linear(width // 2, 1)

    def forward(
        self,
        tokens: Float[Tensor, "batch token width"],
        present: Bool[Tensor, "batch token"],
    ) -> Float[Tensor, "batch token"]:
        """Return one weight per token: they add up to 1, or are 0 if all are absent."""
        gated = self.content(tokens).tanh() * self.gate(tokens).sigmoid()
        scores = self.vote(gated).squeeze(-1).float()
        # A softmax over nothing but -inf is NaN; a finite floor, then the mask, is 0.
        shares = scores.masked_fill(~present, -1e4).softmax(dim=-1)
        weights: Tensor = shares * present
        return weights
