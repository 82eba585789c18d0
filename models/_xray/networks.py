"""The two networks of one view: where the discs lie, and what one disc shows."""

import torch
from jaxtyping import Float
from monai.networks.blocks import Convolution
from monai.networks.nets import UNet
from torch import Tensor, nn

from models._xray.film import COARSE_MM, LEVEL_SHAPE, plane

DISCS = 6
"""Discs that are looked for, counted from the sacrum."""

ENDS = 2 * DISCS
CORNERS = 4
SEARCH_CHANNELS = (12, 24, 48, 64, 64)
LEVEL_CHANNELS = (16, 32, 64)
"""Feature maps of the level network at 1/2, 1/4 and 1/8 of full size."""

HIDDEN = 96
SUMMARY = 16
NORM = ("group", {"num_groups": 4})


class DiscFinder(nn.Module):
    """Heat maps of both ends of the lowest six discs on a coarse film."""

    def __init__(self) -> None:
        super().__init__()
        self.net = UNet(
            spatial_dims=2,
            in_channels=1,
            out_channels=ENDS,
            channels=SEARCH_CHANNELS,
            strides=(2, 2, 2, 2),
            num_res_units=1,
            norm=NORM,
        )

    def forward(
        self, films: Float[Tensor, "film 1 row column"]
    ) -> Float[Tensor, "film end row column"]:
        """Return the logarithm of the chance that an end lies on each pixel."""
        maps: Tensor = self.net(films)
        return _log_chances(maps)


class LevelNetwork(nn.Module):
    """Corners and ordinal findings of one disc.

    Args:
        findings: How many findings there are.
        limits: How many limits each has.
    """

    def __init__(self, findings: int, limits: int) -> None:
        super().__init__()
        half, quarter, eighth = LEVEL_CHANNELS
        self.second = _block(1, half, 2, 5)
        self.third = nn.Sequential(_block(half, quarter, 2), _block(quarter, quarter))
        self.fourth = nn.Sequential(_block(quarter, eighth, 2), _block(eighth, eighth))
        self.up_to_quarter = _block(eighth + quarter, quarter)
        self.up_to_half = _block(quarter + half, half)
        self.corners = nn.Conv2d(half, CORNERS, 3, padding=1)
        self.summary = nn.Conv2d(eighth + quarter, SUMMARY, 1)
        rows, columns = (size // 8 for size in LEVEL_SHAPE)
        self.findings = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(SUMMARY * rows * columns, HIDDEN),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(HIDDEN, findings * limits),
            nn.Unflatten(1, (findings, limits)),
        )

    def forward(
        self, pictures: Float[Tensor, "level 1 row column"]
    ) -> tuple[
        Float[Tensor, "level corner half_row half_column"],
        Float[Tensor, "level finding limit"],
    ]:
        """Return log-chances of the corners at half size, and ordinal logits."""
        half = self.second(pictures)
        quarter = self.third(half)
        eighth = self.fourth(quarter)
        up = self.up_to_quarter(torch.cat([_doubled(eighth), quarter], dim=1))
        finer = self.up_to_half(torch.cat([_doubled(up), half], dim=1))
        maps = self.corners(finer)
        small = nn.functional.avg_pool2d(up, 2)
        found: Tensor = self.findings(self.summary(torch.cat([eighth, small], dim=1)))
        return _log_chances(maps), found


def expected_places(
    maps: Float[Tensor, "film point row column"], pixel_mm: float = COARSE_MM
) -> Float[Tensor, "film point 2"]:
    """Return the mean place under each map of log-chances, from the middle [mm]."""
    rows, columns = maps.shape[-2:]
    places = plane((rows, columns), pixel_mm).to(maps)
    return torch.einsum("fprc,rcx->fpx", maps.exp(), places)


def _block(channels: int, features: int, stride: int = 1, size: int = 3) -> Convolution:
    return Convolution(
        2, channels, features, strides=stride, kernel_size=size, act="gelu", norm=NORM
    )


def _log_chances(maps: Tensor) -> Tensor:
    """Each map as the logarithm of chances that sum to 1."""
    return maps.flatten(2).log_softmax(dim=-1).reshape(maps.shape)


def _doubled(maps: Tensor) -> Tensor:
    doubled: Tensor = nn.functional.interpolate(maps, scale_factor=2.0, mode="nearest")
    return doubled
