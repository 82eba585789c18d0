"""The two level encoders: the shipped one, and a small one trained from scratch."""

import copy

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from lbp_outcome.batch import CHANNELS
from models._fusion.layers import layers, pooled
from models._fusion.look import Look
from models._fusion.readings import readings
from models._levels.encoder import POOLED, WIDTH, Reading
from models._levels.encoder import LevelEncoder as ShippedEncoder
from models._levels.patient_numbers import NUMBERS
from models._levels.weights import shipped_encoder

FRESH_MAPS = (8, 32, 64)
"""Feature maps after each layer of the small encoder."""

DEEPEST = 64
"""Voxels towards the back that the small encoder sees: finer crops are averaged."""

LEAST_SPREAD = 0.5
"""A voxel is never taken to vary less than this share of the SD of all voxels."""

Crops = Float[Tensor, "patient level channel left posterior superior"]
Present = Bool[Tensor, "patient level"]


class ShippedLevels(nn.Module):
    """The level encoder that learned to grade simulated spines.

    What it reads off a patient always comes from the weights as shipped, because the
    regression that the network starts from was fitted on that.

    Args:
        trained: Whether its features are trained further.
    """

    size = WIDTH + POOLED
    numbers = len(NUMBERS)

    def __init__(self, *, trained: bool) -> None:
        super().__init__()
        self.encoder = copy.deepcopy(shipped_encoder()).requires_grad_(trained)
        self.as_shipped = copy.deepcopy(shipped_encoder()) if trained else None

    @property
    def features(self) -> nn.Module:
        """The layer whose maps of the crops Grad-CAM weighs."""
        return self.encoder.features

    def train(self, mode: bool = True) -> "ShippedLevels":
        """Never train what is frozen: its dropout would blur the readings."""
        super().train(mode)
        for encoder in (self.encoder, self.as_shipped):
            if encoder is not None and not encoder.heads.weight.requires_grad:
                encoder.eval()
        return self

    def forward(self, crops: Crops, present: Present) -> Look:
        """Return the features of all levels, and the readings of all patients."""
        if not present.any():
            shape = (*present.shape, self.size)
            nothing = crops.new_full((len(crops), self.numbers), torch.nan)
            return Look(crops.new_zeros(shape), present, nothing)
        found = _read(self.encoder, crops)
        read = found if self.as_shipped is None else _read(self.as_shipped, crops)
        features = torch.cat([found.embedding, found.pooled], dim=-1)
        return Look(features * present[..., None], present, readings(read, present))


class FreshLevels(nn.Module):
    """A small 3-D network that every level crop passes through.

    A crop lies in the frame of its disc, so each voxel is first compared with the same
    place in the training patients: what is left is what is unusual. Normalisation
    inside is by group, never by batch: batches are a few patients, and a prediction
    must not depend on who else is predicted. The first layer halves the image in-plane
    only, because sagittal slices are few and thick.

    Args:
        crop_shape: Voxels of a crop; those finer than need be are averaged in-plane.
    """

    size = 2 * FRESH_MAPS[-1]
    numbers = 0
    mean: Tensor
    scale: Tensor

    def __init__(self, crop_shape: tuple[int, ...]) -> None:
        super().__init__()
        across, deep, high = crop_shape
        self.coarser = max(1, deep // DEEPEST)
        strides = ((1, 2, 2), (2, 2, 2), (2, 2, 2))
        self.features = layers(3, (CHANNELS, *FRESH_MAPS), strides)
        shape = (CHANNELS, across, deep // self.coarser, high // self.coarser)
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("scale", torch.ones(shape))

    def prepare(
        self, crops: Float[Tensor, "crop channel left posterior superior"]
    ) -> None:
        """Learn what is usual at each voxel from the training crops."""
        if len(crops) == 0:
            return
        crops = self._coarse(crops)
        spread, overall = crops.std(dim=0, correction=0), crops.std(correction=0)
        self.mean.copy_(crops.mean(dim=0))
        self.scale.copy_(spread.clamp(min=max(LEAST_SPREAD * float(overall), 1e-6)))

    def forward(self, crops: Crops, present: Present) -> Look:
        """Return the features of all levels; there are no readings."""
        nothing = crops.new_empty(len(crops), 0)
        if not present.any():
            features = crops.new_zeros(*present.shape, self.size)
            return Look(features, present, nothing)
        coarse = self._coarse(crops.flatten(0, 1))
        unusual = (coarse - self.mean) / self.scale * (coarse != 0)
        features = pooled(self.features(unusual)).reshape(*present.shape, self.size)
        return Look(features * present[..., None], present, nothing)

    def _coarse(self, crops: Tensor) -> Tensor:
        if self.coarser == 1:
            return crops
        grain = (1, self.coarser, self.coarser)
        return nn.functional.avg_pool3d(crops, grain)


def _read(encoder: ShippedEncoder, crops: Crops) -> Reading:
    """Return what is seen in the levels of all patients."""
    found = encoder(crops.flatten(0, 1))
    return Reading(*(part.unflatten(0, crops.shape[:2]) for part in found))
