"""The network that joins level crops, radiograph and table, whichever there are."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from lbp_outcome.batch import CROP_SHAPE, Batch
from models._fusion.encoders import LevelEncoder, RadiographEncoder, TableEncoder
from models._fusion.gated_attention import GatedAttention
from models._fusion.settings import FusionSettings
from models._preparation import TablePreparation

MODALITIES = ("mri", "radiograph", "table")


class Votes(NamedTuple):
    """What each modality says about each patient, and how much it counts.

    Attributes:
        votes: Log-odds that each modality adds by itself.
        weights: Share of each modality's vote; they add up to 1, or are 0 if none.
        present: Whether a patient has the modality.
    """

    votes: Float[Tensor, "batch 3"]
    weights: Float[Tensor, "batch 3"]
    present: Bool[Tensor, "batch 3"]


class FusionNetwork(nn.Module):
    """One logit per patient from any subset of images and table, even from none.

    Each modality votes in log-odds; gated attention weighs the votes. A modality that
    no training patient had counts as absent for ever: its weights are still random.

    Args:
        predictors: Columns of the table; may be none.
        settings: How large the network is.
        crop_shape: Voxels of a level crop.
    """

    known: Tensor

    def __init__(
        self,
        predictors: int,
        settings: FusionSettings,
        crop_shape: tuple[int, ...] = CROP_SHAPE,
    ) -> None:
        super().__init__()
        self.settings, self.crop_shape = settings, crop_shape
        width, dropout = settings.width, settings.dropout
        self.levels = LevelEncoder(width, dropout, crop_shape)
        self.radiograph = RadiographEncoder(width, dropout)
        self.table = TableEncoder(predictors, width, dropout)
        self.over_levels = GatedAttention(width)
        self.over_modalities = GatedAttention(width)
        self.heads = nn.ModuleList(nn.Linear(width, 1, bias=False) for _ in MODALITIES)
        self.bias = nn.Parameter(torch.zeros(()))
        self.register_buffer("known", torch.ones(len(MODALITIES), dtype=torch.bool))

    @property
    def level_features(self) -> nn.Module:
        """The layer whose maps of the crops Grad-CAM weighs."""
        return self.levels.features

    def prepare(
        self, train: Batch, preparation: TablePreparation, log_odds: float
    ) -> None:
        """Learn from all training patients what needs no gradient.

        Args:
            train: The training patients.
            preparation: Learned from their table.
            log_odds: Of the base rate; the prediction where nothing is seen.
        """
        self.levels.prepare(train.crops[train.level_present])
        self.table.prepare(preparation)
        self.known.copy_(self._present(train).any(dim=0))
        nn.init.constant_(self.bias, log_odds)

    def forward(self, batch: Batch) -> Float[Tensor, " batch"]:
        """Return the log-odds of the outcome; the bias alone where nothing is seen."""
        votes = self.votes(batch)
        logits: Tensor = self.bias + (votes.votes * votes.weights).sum(dim=1)
        return logits

    def votes(self, batch: Batch) -> Votes:
        """Return what each modality says, and how much it counts."""
        present = self._present(batch)
        tokens = torch.stack(
            [
                self._mri_token(batch, present[:, 0]),
                self._radiograph_token(batch, present[:, 1]),
                self._table_token(batch, present[:, 2]),
            ],
            dim=1,
        )
        votes = [head(tokens[:, place]) for place, head in enumerate(self.heads)]
        weights = self.over_modalities(tokens, self._hide_some(present))
        return Votes(torch.cat(votes, dim=1), weights, present)

    def _present(self, batch: Batch) -> Bool[Tensor, "batch 3"]:
        mri = batch.level_present.any(dim=1)
        table = self.table.present(batch.table)
        present = torch.stack([mri, batch.radiograph_present, table], dim=1)
        return present & self.known

    def _hide_some(self, present: Bool[Tensor, "batch 3"]) -> Bool[Tensor, "batch 3"]:
        if not self.training or self.settings.modality_dropout == 0:
            return present
        # Drawn on the CPU: the same patients lose the same modality on any machine.
        kept = torch.rand(present.shape) >= self.settings.modality_dropout
        return present & kept.to(present.device)

    def _mri_token(
        self, batch: Batch, seen: Bool[Tensor, " batch"]
    ) -> Float[Tensor, "batch width"]:
        if not seen.any():
            return self._nothing(batch)
        tokens = self.levels(batch.crops.flatten(0, 1))
        per_level = tokens.unflatten(0, batch.level_present.shape)
        weights = self.over_levels(per_level, batch.level_present)
        return torch.einsum("blw,bl->bw", per_level, weights.to(per_level.dtype))

    def _radiograph_token(
        self, batch: Batch, seen: Bool[Tensor, " batch"]
    ) -> Float[Tensor, "batch width"]:
        if not seen.any():
            return self._nothing(batch)
        token: Tensor = self.radiograph(batch.radiograph)
        return token

    def _table_token(
        self, batch: Batch, seen: Bool[Tensor, " batch"]
    ) -> Float[Tensor, "batch width"]:
        if not seen.any():
            return self._nothing(batch)
        token: Tensor = self.table(batch.table)
        return token

    def _nothing(self, batch: Batch) -> Float[Tensor, "batch width"]:
        return batch.table.new_zeros(len(batch), self.settings.width)
