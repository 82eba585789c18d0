"""Reading one film: where its discs lie, their corners, and what each shows."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from models._xray.corn import chances_above
from models._xray.film import (
    COARSE_MM,
    LEVEL_MM,
    LEVEL_SHAPE,
    SIZES,
    StandardFilm,
    disc_frame,
    level_pictures,
    plane,
    sample,
)
from models._xray.findings import FINDINGS, LIMITS
from models._xray.networks import DISCS, DiscFinder, LevelNetwork, expected_places

NEAR_MM, LIKELY = 12.0, 0.4
"""An end of a disc is found if it lies so near the likeliest place with this chance."""

LEAST, MOST = 0.6, 1.5
"""Lengths of discs, and steps from one to the next, as shares of their median: beyond
these a disc was left out or found elsewhere."""

ERRORS = 3
"""Errors on films set aside that travel with the weights (SD): lateral of the loss of
height [%], the slip [mm] and its share [%]; frontal of Cobb's angle [deg]."""

ROUNDS = 2
"""The picture of a disc is taken again where the first one found its corners."""


@dataclass(frozen=True, eq=False, kw_only=True)
class FilmReading:
    """What was read on one film, the lowest disc first.

    Attributes:
        view: `lateral` or `frontal`.
        corners: Above then below each disc, of each the end at the left of the film
            first; down and across from the film's middle [mm].
        logits: Ordinal logits of each finding, one for each limit.
        warmth: What they are divided by, so that chances are neither too sure nor too
            unsure.
    """

    view: str
    corners: Float[np.ndarray, "disc 4 2"]
    logits: Float[np.ndarray, "disc finding limit"]
    warmth: float = 1.0

    @property
    def chances(self) -> Float[np.ndarray, "disc finding limit"]:
        """Chance that each finding lies above each of its limits."""
        logits = torch.from_numpy(self.logits / self.warmth)
        chances: np.ndarray = chances_above(logits).numpy()
        return chances


class FilmReader(torch.nn.Module):
    """The two networks that read films of one view.

    Args:
        view: `lateral` or `frontal`.
    """

    warmth: Tensor
    errors: Tensor

    def __init__(self, view: str) -> None:
        super().__init__()
        self.view = view
        self.finder = DiscFinder()
        self.levels = LevelNetwork(len(FINDINGS[view]), LIMITS)
        self.register_buffer("warmth", torch.ones(1))
        self.register_buffer("errors", torch.zeros(ERRORS))
        self.eval()

    @torch.no_grad()
    def read(self, film: StandardFilm) -> FilmReading:
        """Return what a film shows; from a disc that is not found upwards, nothing."""
        ends = self._ends(film)
        corners = ends.repeat_interleave(2, dim=1)[:, [0, 2, 1, 3]]
        logits = torch.zeros(len(ends), len(FINDINGS[self.view]), LIMITS)
        for _ in range(ROUNDS if len(ends) else 0):
            corners, logits = self._levels(film, corners.reshape(-1, 2, 2, 2).mean(1))
        return FilmReading(
            view=self.view,
            corners=corners.double().numpy(),
            logits=logits.double().numpy(),
            warmth=float(self.warmth),
        )

    def _ends(self, film: StandardFilm) -> Float[Tensor, "disc 2 2"]:
        """Both ends of the discs that were found, the lowest first."""
        places = plane(SIZES[self.view], COARSE_MM)
        maps = self.finder(sample(film.coarse, film.pixel_mm, places)[None, None])[0]
        chances, places = maps.flatten(1).exp(), places.reshape(-1, 2)
        peaks = places[chances.argmax(dim=1)]
        near = chances * ((places - peaks[:, None]).norm(dim=-1) < NEAR_MM)
        mass = near.sum(dim=1, keepdim=True)
        ends = (near @ places / mass).reshape(DISCS, 2, 2)
        sure = (mass.reshape(DISCS, 2) > LIKELY).all(dim=1)
        seen = int((sure & _in_a_row(ends)).long().cumprod(dim=0).sum())
        found: Tensor = ends[:seen]
        return found

    def _levels(
        self, film: StandardFilm, ends: Float[Tensor, "disc 2 2"]
    ) -> tuple[Float[Tensor, "disc 4 2"], Float[Tensor, "disc finding limit"]]:
        """Corners and findings, the mean of the picture and its mirror images."""
        pixel_mm = LEVEL_MM[self.view]
        pictures = level_pictures(film, ends, pixel_mm)
        found = [
            self._seen_in(pictures, flip)
            for flip in ((), (2,), (3,), (2, 3))
            if 3 not in flip or self.view == "frontal"
        ]
        local, logits = (
            torch.stack(each).mean(dim=0) for each in zip(*found, strict=True)
        )
        middle, axes = disc_frame(ends)
        return middle[:, None] + local @ axes, logits

    def _seen_in(
        self, pictures: Float[Tensor, "disc 1 row column"], flip: tuple[int, ...]
    ) -> tuple[Tensor, Tensor]:
        """Read mirror images and undo it: 2 upside down, 3 left for right."""
        maps, logits = self.levels(pictures.flip(flip))
        places = expected_places(maps, 2 * LEVEL_MM[self.view])
        corners = places.reshape(-1, 2, 2, 2)
        logits = logits.reshape(len(logits), -1, 2, LIMITS)
        if 2 in flip:
            corners = corners.flip(1) * torch.tensor([-1.0, 1.0])
            logits = logits.flip(2)
        if 3 in flip:
            corners = corners.flip(2) * torch.tensor([1.0, -1.0])
            logits = logits[:, [1, 0, 2]]
        return corners.flatten(1, 2), logits.flatten(1, 2)


def _in_a_row(ends: Float[Tensor, "disc 2 2"]) -> Bool[Tensor, " disc"]:
    """Whether each disc is as long, and as far above the last, as the others."""
    length = (ends[:, 1] - ends[:, 0]).norm(dim=-1)
    middle = ends.mean(dim=1)
    step = (middle[1:] - middle[:-1]).norm(dim=-1)
    step = torch.cat([step.median()[None], step])
    shares = torch.stack([length / length.median(), step / step.median()])
    return ((shares > LEAST) & (shares < MOST)).all(dim=0)


def architecture(view: str) -> str:
    """Return what a file of weights must have been made for."""
    return f"xray-{view}-1 ({LEVEL_SHAPE[0]}x{LEVEL_SHAPE[1]}, {LIMITS} limits)"
