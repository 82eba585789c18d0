"""An X-ray as the networks see it: even in brightness, measured from its middle."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter
from torch import Tensor
from torch.nn.functional import grid_sample

from lbp_outcome.errors import InvalidChoice

COARSE_MM = 3.0
"""Pixel size on which the discs are looked for [mm]."""

SIZES = {"lateral": (128, 80), "frontal": (128, 96)}
"""Rows and columns of that coarse film."""

LEVEL_SHAPE = (80, 112)
"""Rows and columns of the picture of one disc."""

LEVEL_MM = {"lateral": 0.5, "frontal": 0.65}
"""Its pixel size [mm]: the frontal outline is wider."""

DARK, BRIGHT = 1.0, 99.5
"""Grey values beyond these percentiles count as these: markers and shutters."""

FLOOR_MM, CEILING_MM = 0.05, 2.0
"""Pixel sizes that an X-ray of the spine can have [mm]."""

Places = Float[Tensor, "*shape 2"]
"""Points on a film: down and across from its middle [mm]."""


@dataclass(frozen=True, eq=False)
class StandardFilm:
    """A film of even brightness, fine and coarse.

    Attributes:
        fine: Grey values, mean 0 and SD 1 where there is a picture.
        coarse: The same, smoothed for pixels of 3 mm.
        pixel_mm: Pixel size, down and across [mm].
    """

    fine: Float[Tensor, "row column"]
    coarse: Float[Tensor, "row column"]
    pixel_mm: tuple[float, float]


def standard_film(
    pixels: Float[np.ndarray, "row column"], pixel_mm: tuple[float, float]
) -> StandardFilm:
    """Return a film as the networks see it; bones must be bright.

    Raises:
        InvalidChoice: It has blanks (NaN), one grey value only, or pixels of a size
            that no X-ray of a spine has.
    """
    if not np.isfinite(pixels).all():
        raise InvalidChoice("the X-ray has pixels without a number (NaN or infinite)")
    if min(pixel_mm) < FLOOR_MM or max(pixel_mm) > CEILING_MM:
        raise InvalidChoice(
            f"the X-ray's pixels measure {pixel_mm[0]:g} x {pixel_mm[1]:g} mm; "
            f"{FLOOR_MM:g} to {CEILING_MM:g} mm is possible"
        )
    seen = pixels[pixels > pixels.min()]
    low, high = np.percentile(seen, [DARK, BRIGHT]) if seen.size else (0.0, 0.0)
    if high <= low:
        raise InvalidChoice("the X-ray has the same grey everywhere: no picture")
    even = np.clip(pixels, low, high)
    even = ((even - even.mean()) / even.std()).astype(np.float32)
    blur = [max(COARSE_MM / mm - 1, 0) / 2 for mm in pixel_mm]
    smooth = gaussian_filter(even, blur)
    return StandardFilm(torch.from_numpy(even), torch.from_numpy(smooth), pixel_mm)


def plane(shape: tuple[int, int], pixel_mm: float) -> Float[Tensor, "row column 2"]:
    """Return the places of a picture's pixels, down and across its middle [mm]."""
    down, across = (
        (torch.arange(size, dtype=torch.float32) - (size - 1) / 2) * pixel_mm
        for size in shape
    )
    return torch.stack(torch.meshgrid(down, across, indexing="ij"), dim=-1)


def sample(
    picture: Float[Tensor, "row column"], pixel_mm: tuple[float, float], places: Places
) -> Float[Tensor, "*shape"]:
    """Return the grey values at places on a film [mm]; 0 outside it."""
    half = [(n - 1) / 2 * mm for n, mm in zip(picture.shape, pixel_mm, strict=True)]
    grid = (places / torch.tensor(half)).flip(-1)
    flat = grid.reshape(1, -1, 1, 2)
    values = grid_sample(picture[None, None], flat, align_corners=True)
    return values.reshape(places.shape[:-1])


def disc_frame(
    ends: Float[Tensor, "disc 2 2"],
) -> tuple[Float[Tensor, "disc 2"], Float[Tensor, "disc 2 2"]]:
    """Return the middle of every disc and its axes (across the disc, along it).

    Args:
        ends: Both ends of each disc on the film [mm].
    """
    along = ends[:, 1] - ends[:, 0]
    along = along / along.norm(dim=-1, keepdim=True).clamp(min=1e-6)
    across = torch.stack([along[:, 1], -along[:, 0]], dim=-1)
    return ends.mean(dim=1), torch.stack([across, along], dim=1)


def level_pictures(
    film: StandardFilm, ends: Float[Tensor, "disc 2 2"], pixel_mm: float
) -> Float[Tensor, "disc 1 row column"]:
    """Return one picture for each disc, which lies level in its middle."""
    middle, axes = disc_frame(ends)
    local = plane(LEVEL_SHAPE, pixel_mm)
    places = middle[:, None, None] + torch.einsum("rck,dkx->drcx", local, axes)
    return sample(film.fine, film.pixel_mm, places)[:, None]
