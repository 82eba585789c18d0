"""The level encoder: one small 3-D network for the crops of all levels."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from models._levels.gradings import GRADINGS
from models._levels.texture import maps_of, texture

CHANNELS = 2
"""T2 and T1, in this order; a missing one is zero throughout."""

WIDTH, OF_THREADS = 64, 16
"""Numbers in the embedding of a level; the last so many tell of threads alone."""

PER_PLACE = 16
"""Numbers kept for each place of the crop before the embedding."""

CANAL = (slice(3, 9), slice(44, 96))
"""Where the spinal canal lies in the crop: 24 mm across, from 9 to 48 mm behind the
middle of the disc."""

CROP_MAPS, CANAL_MAPS, THREAD_MAPS = 64, 32, 32
"""Last maps of the whole crop, of the canal, and of the threads in it."""

POOLED = 2 * (CROP_MAPS + CANAL_MAPS + THREAD_MAPS)
"""Numbers in `Reading.pooled`."""

CROP_SCALES, CANAL_SCALES = 1, 2
"""Of the texture: voxels of 1.5 mm in the crop, of 0.75 and 1.5 mm in the canal."""

ARCHITECTURE = "level-encoder-3"
"""Name of this network; weights of another are refused."""


class Reading(NamedTuple):
    """What the network sees in some levels, each with its own patient.

    Attributes:
        embedding: Of each level.
        raw: The heads' outputs in the order of `GRADINGS`.
        attention: How much each level counts for what is asked of the patient (logit).
        pooled: Mean, then maximum, of every map of the whole crop; the same of the
            canal's maps; the same of those of its threads. Also shows what no grading
            asks for.
    """

    embedding: Float[Tensor, "*levels width"]
    raw: Float[Tensor, "*levels outputs"]
    attention: Float[Tensor, "*levels"]
    pooled: Float[Tensor, "*levels pooled"]


class LevelEncoder(nn.Module):
    """Grades a level from its T2 and T1 crop.

    A crop lies in the frame of its disc, so place means something: besides mean and
    maximum of each map, the embedding keeps what was seen at each place. Normalisation
    is by group: what is seen in a level must not depend on the other levels or
    patients.

    Roots that loop are told by the structure tensor of the T2 image in the canal, as
    fine as it is; few spines do not teach a network to find such a measure itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _layer(CHANNELS, 24, (1, 5, 5), (1, 4, 4))
        self.features = nn.Sequential(
            _layer(24 + maps_of(CROP_SCALES), 32, (3, 3, 3), (2, 2, 2)),
            _layer(32, 48, (1, 3, 3), (1, 1, 1)),
            _layer(48, 64, (3, 3, 3), (2, 2, 2)),
            _layer(64, CROP_MAPS, (3, 3, 3), (1, 1, 1)),
        )
        self.canal = nn.Sequential(
            _layer(CHANNELS, 16, (1, 3, 5), (1, 1, 2)),
            _layer(16, 24, (1, 3, 3), (1, 2, 1)),
            _layer(24, 32, (1, 3, 5), (1, 1, 2)),
            _layer(32, CANAL_MAPS, (1, 3, 3), (1, 2, 2)),
        )
        self.threads = nn.Sequential(
            nn.Conv3d(maps_of(CANAL_SCALES), 32, (1, 3, 3), padding=(0, 1, 1)),
            nn.ReLU(),
            nn.Conv3d(32, THREAD_MAPS, (1, 3, 3), padding=(0, 1, 1)),
            nn.ReLU(),
        )
        self.at_place = nn.Conv3d(CROP_MAPS, PER_PLACE, 1)
        self.at_canal = nn.Sequential(
            nn.Conv3d(CANAL_MAPS, PER_PLACE // 2, 1), nn.AvgPool3d((2, 2, 1))
        )
        of_crop = 3 * 8 * 4 * PER_PLACE
        of_canal = 3 * 6 * 8 * (PER_PLACE // 2)
        self.embed = nn.Sequential(
            nn.Linear(of_crop + of_canal + POOLED, WIDTH - OF_THREADS), nn.GELU()
        )
        self.embed_threads = nn.Sequential(
            nn.Linear(2 * THREAD_MAPS, OF_THREADS), nn.GELU()
        )
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(WIDTH, sum(each.outputs for each in GRADINGS))
        self.attention = nn.Linear(WIDTH, 1)

    def forward(
        self, crops: Float[Tensor, "level channel left posterior superior"]
    ) -> Reading:
        """Return the embedding and the gradings of each level."""
        coarse = functional.avg_pool3d(crops[:, 0], (1, 2, 2))
        grain = texture(coarse, CROP_SCALES, block=2)
        maps = self.features(torch.cat([self.stem(crops), grain], dim=1))
        part = crops[:, :, *CANAL]
        canal = self.canal(part)
        of_threads = _pooled(self.threads(canal_texture(crops)))
        pooled = torch.cat([_pooled(maps), _pooled(canal), of_threads], dim=1)
        seen_where = self.at_place(maps).flatten(1), self.at_canal(canal).flatten(1)
        # detached: what else is asked for would drown what the threads are there for
        whole = torch.cat([*seen_where, _pooled(maps), _pooled(canal)], dim=1)
        embedding = torch.cat(
            [
                self.embed(torch.cat([whole, of_threads.detach()], dim=1)),
                self.embed_threads(of_threads),
            ],
            dim=1,
        )
        seen = self.dropout(embedding)
        attention = self.attention(seen)[..., 0]
        return Reading(embedding, self.heads(seen), attention, pooled)

    def from_threads(
        self, canals: Float[Tensor, "level map slices rows columns"]
    ) -> tuple[Float[Tensor, "level outputs"], Float[Tensor, " level"]]:
        """Return what heads and attention say where threads are all that is seen."""
        seen = self.embed_threads(_pooled(self.threads(canals)))
        rest = seen.new_zeros(len(seen), WIDTH - OF_THREADS)
        embedding = self.dropout(torch.cat([rest, seen], dim=1))
        return self.heads(embedding), self.attention(embedding)[..., 0]


def canal_texture(
    crops: Float[Tensor, "level channel left posterior superior"],
) -> Float[Tensor, "level map slices rows columns"]:
    """Return the texture of the canal on T2: what the threads are looked for in."""
    return texture(crops[:, 0][:, *CANAL], CANAL_SCALES)


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
