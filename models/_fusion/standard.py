"""Features in standard deviations of the training patients; these travel along."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from models._preparation import TablePreparation

FARTHEST = 4.0
"""What lies farther from the training patients [SD] counts as this far."""

LEAST_SPREAD = 1e-3
"""What varies less among the training patients is rounding error, and stays small."""


class StandardFeatures(nn.Module):
    """Features of frozen encoders, comparable with one another.

    Args:
        size: How many there are.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("scale", torch.ones(size))

    def prepare(self, features: Float[Tensor, "row feature"]) -> None:
        """Learn mean and spread; a constant feature stays what it is."""
        if len(features) == 0:
            return
        spread = features.std(dim=0, correction=0)
        self.mean.copy_(features.mean(dim=0))
        self.scale.copy_(torch.where(spread > LEAST_SPREAD, spread, 1.0))

    def forward(
        self, features: Float[Tensor, "*rows feature"]
    ) -> Float[Tensor, "*rows feature"]:
        """Return standardised features."""
        standard = (features - self.mean) / self.scale
        return standard.clamp(-FARTHEST, FARTHEST)


class StandardTable(nn.Module):
    """Standardised predictors, and indicators of those that some patients lack.

    Args:
        predictors: Columns of the table.
    """

    median: Tensor
    mean: Tensor
    scale: Tensor
    gaps: Tensor

    def __init__(self, predictors: int) -> None:
        super().__init__()
        for name in ("median", "mean", "gaps"):
            self.register_buffer(name, torch.zeros(predictors))
        self.register_buffer("scale", torch.ones(predictors))

    def prepare(self, preparation: TablePreparation) -> None:
        """Take over what was learned from the training table."""
        for name in ("median", "mean", "scale", "gaps"):
            getattr(self, name).copy_(torch.from_numpy(getattr(preparation, name)))

    def forward(
        self, table: Float[Tensor, "patient predictor"]
    ) -> Float[Tensor, "patient twice"]:
        """Return the values, then the indicators."""
        missing = table.isnan()
        filled = torch.where(missing, self.median, table)
        standard = ((filled - self.mean) / self.scale) * (self.gaps < 1)
        indicators = (missing.float() - self.gaps) * ((self.gaps > 0) & (self.gaps < 1))
        return torch.cat([standard, indicators], dim=1)

    def present(
        self, table: Float[Tensor, "patient predictor"]
    ) -> Bool[Tensor, " patient"]:
        """Return who has at least one value in the table."""
        return (~table.isnan()).any(dim=1)
