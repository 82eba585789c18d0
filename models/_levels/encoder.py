"""The level encoder: one small 3-D network for the crops of all levels."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from models._levels.gradings import GRADINGS

CROP_SHAPE = (12, 64, 32)
"""Voxels of a crop (left, posterior, superior) of 4 x 1.5 x 1.5 mm."""

CHANNELS = 2
"""T2 and T1, in this order; a missing one is zero throughout."""

WIDTH = 64
"""Numbers in the embedding of a level."""

PER_PLACE = 16
"""Numbers kept for each place of the crop before the embedding."""

CANAL = (slice(3, 9), slice(22, 48))
"""Where the spinal canal lies in the crop: 24 mm across, from 9 to 48 mm behind the
middle of the disc. It is looked at without any coarsening, because roots that loop are
a texture one voxel wide: a network that begins with a stride of 2 did not learn it."""

ARCHITECTURE = "level-encoder-2"
"""Name of this network; weights of another are refused."""


class Reading(NamedTuple):
    """What the network sees in some levels, each with its own patient.

    Attributes:
        embedding: Of each level.
        raw: The heads' outputs in the order of `GRADINGS`.
        attention: How much each level counts for what is asked of the patient (logit).
    """

    embedding: Float[Tensor, "*levels width"]
    raw: Float[Tensor, "*levels outputs"]
    attention: Float[Tensor, "*levels"]


class LevelEncoder(nn.Module):
    """Grades a level from its T2 and T1 crop.

    A crop lies in the frame of its disc, so place means something: besides mean and
    maximum of each map, the embedding keeps what was seen at each place. Normalisation
    is by group: what is seen in a level must not depend on the other levels or
    patients.
    """

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            _layer(CHANNELS, 16, (1, 3, 3), (1, 2, 2)),
            _layer(16, 32, (3, 3, 3), (2, 2, 2)),
            _layer(32, 48, (1, 3, 3), (1, 1, 1)),
            _layer(48, 64, (3, 3, 3), (2, 2, 2)),
            _layer(64, 64, (3, 3, 3), (1, 1, 1)),
        )
        self.canal = nn.Sequential(
            _layer(CHANNELS, 16, (1, 3, 3), (1, 1, 1)),
            _layer(16, 24, (1, 3, 3), (1, 1, 1)),
            _layer(24, 32, (1, 3, 3), (1, 2, 2)),
        )
        self.at_place = nn.Conv3d(64, PER_PLACE, 1)
        self.at_canal = nn.Sequential(nn.Conv3d(32, PER_PLACE // 2, 1), nn.AvgPool3d(2))
        of_crop = 3 * 8 * 4 * PER_PLACE + 2 * 64
        of_canal = 3 * 6 * 8 * (PER_PLACE // 2) + 2 * 32
        self.embed = nn.Sequential(nn.Linear(of_crop + of_canal, WIDTH), nn.GELU())
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(WIDTH, sum(each.outputs for each in GRADINGS))
        self.attention = nn.Linear(WIDTH, 1)

    def forward(
        self, crops: Float[Tensor, "level channel left posterior superior"]
    ) -> Reading:
        """Return the embedding and the gradings of each level."""
        maps, canal = self.features(crops), self.canal(crops[:, :, *CANAL])
        parts = (
            self.at_place(maps).flatten(1),
            self.at_canal(canal).flatten(1),
            _pooled(maps),
            _pooled(canal),
        )
        embedding = self.embed(torch.cat(parts, dim=1))
        seen = self.dropout(embedding)
        return Reading(embedding, self.heads(seen), self.attention(seen)[..., 0])


def over_levels(
    values: Float[Tensor, "patient level outputs"],
    attention: Float[Tensor, "patient level"],
    present: Bool[Tensor, "patient level"],
) -> Float[Tensor, "patient outputs"]:
    """Return the mean over a patient's levels, weighted by attention; 0 without any."""
    shares = attention.masked_fill(~present, -1e4).softmax(dim=1) * present
    return torch.einsum("pl,plo->po", shares, values)


def _pooled(
    maps: Float[Tensor, "level channel ..."],
) -> Float[Tensor, "level twice"]:
    """Mean and maximum of each map: how much of something, and whether anywhere."""
    flat = maps.flatten(2)
    return torch.cat([flat.mean(dim=2), flat.amax(dim=2)], dim=1)


Sides = tuple[int, int, int]


def _layer(before: int, after: int, kernel: Sides, stride: Sides) -> nn.Sequential:
    across, deep, high = kernel
    padding = across // 2, deep // 2, high // 2
    return nn.Sequential(
        nn.Conv3d(before, after, kernel, stride, padding, bias=False),
        nn.GroupNorm(8, after),
        nn.ReLU(),
    )
