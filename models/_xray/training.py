"""Training the two networks of one view on films whose truth is known."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from models._xray.corn import corn_loss
from models._xray.film import (
    COARSE_MM,
    LEVEL_MM,
    LEVEL_SHAPE,
    SIZES,
    StandardFilm,
    disc_frame,
    plane,
    sample,
)
from models._xray.networks import DISCS, DiscFinder, LevelNetwork, expected_places

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

FILMS, LEVELS = 8, 32
"""Films, and discs, in one step."""

RATE, DECAY = 2e-3, 1e-3
SPREAD_PIXELS = 1.3
"""Spread of the chance that the heat maps are to show around a point [pixels]."""

NEARNESS = 0.1
"""Weight of a millimetre beside the logarithm of a chance."""

MOVED_MM, TURNED_DEG, GROWN = 12.0, 4.0, 0.06
"""How much films are moved, turned and enlarged while the discs are learned (SD)."""

OFF_MM, TILTED_DEG = 1.5, 3.0
"""How far off the disc's picture may lie while its findings are learned (SD)."""

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Example:
    """One film with the truth of its lowest discs, the lowest first.

    Attributes:
        film: The film.
        corners: Above then below each disc, of each the end at the left of the film
            first; down and across from the middle [mm].
        above: Whether each finding lies above each of its limits.
    """

    film: StandardFilm
    corners: Float[Tensor, "disc 4 2"]
    above: Bool[Tensor, "disc finding limit"]

    @property
    def ends(self) -> Float[Tensor, "disc 2 2"]:
        """Both ends of each disc, half way between its corners [mm]."""
        return self.corners.reshape(-1, 2, 2, 2).mean(dim=1)


def train_finder(
    network: DiscFinder,
    view: str,
    examples: Sequence[Example],
    *,
    epochs: int,
    rng: np.random.Generator,
    tell: Progress = print,
) -> None:
    """Teach a network in place where the ends of the discs lie."""
    network.to(DEVICE).train()
    steps = _Steps(network, epochs * -(-len(examples) // FILMS))
    for epoch in range(epochs):
        losses = []
        for rows in _batches(len(examples), FILMS, rng):
            seen = [_moved(examples[row], view, rng) for row in rows]
            films = torch.stack([film for film, _ in seen])[:, None]
            truth = torch.stack([ends for _, ends in seen])
            maps = network(_other_greys(films, rng).to(DEVICE))
            losses.append(steps.take(_place_loss(maps, truth, COARSE_MM)))
        tell(f"{view} discs, epoch {epoch + 1}: {np.mean(losses):.3f}")
    network.cpu().eval()


def train_levels(
    network: LevelNetwork,
    view: str,
    examples: Sequence[Example],
    *,
    epochs: int,
    rng: np.random.Generator,
    tell: Progress = print,
) -> None:
    """Teach a network in place the corners and findings of single discs."""
    network.train()
    pairs = np.array([*np.ndindex(len(examples), DISCS)])
    steps = _Steps(network, epochs * -(-len(pairs) // LEVELS))
    for epoch in range(epochs):
        losses = []
        for rows in _batches(len(pairs), LEVELS, rng):
            seen = [
                _picture(examples[film], disc, view, rng) for film, disc in pairs[rows]
            ]
            pictures, corners, above = (
                torch.stack(each) for each in zip(*seen, strict=True)
            )
            maps, logits = network(_other_greys(pictures[:, None], rng).to(DEVICE))
            loss = _place_loss(maps, corners, 2 * LEVEL_MM[view])
            ordinal = corn_loss(logits, above.to(DEVICE))
            losses.append(steps.take(loss + 2 * ordinal))
        tell(f"{view} levels, epoch {epoch + 1}: {np.mean(losses):.3f}")
    network.cpu().eval()


class _Steps:
    """AdamW with a rate that rises, then falls to nothing."""

    def __init__(self, network: nn.Module, steps: int) -> None:
        self.network = network
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=RATE, weight_decay=DECAY
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, RATE, total_steps=steps + 1, pct_start=0.15
        )

    def take(self, loss: Float[Tensor, ""]) -> float:
        self.optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        return float(loss.detach())


def _place_loss(
    maps: Float[Tensor, "film point row column"],
    truth: Float[Tensor, "film point 2"],
    pixel_mm: float,
) -> Float[Tensor, ""]:
    """Cross-entropy with a small spot around the truth, and the distance to it."""
    truth = truth.to(maps)
    places = plane((maps.shape[-2], maps.shape[-1]), pixel_mm).to(maps)
    off = (places - truth[:, :, None, None]).square().sum(dim=-1)
    wanted = (-off / (2 * (SPREAD_PIXELS * pixel_mm) ** 2)).flatten(2).softmax(dim=-1)
    surprise = -(wanted * maps.flatten(2)).sum(dim=-1).mean()
    distance = (expected_places(maps, pixel_mm) - truth).abs().mean()
    return surprise + NEARNESS * distance


def _batches(
    count: int, size: int, rng: np.random.Generator
) -> Iterator[Int[np.ndarray, " row"]]:
    order = rng.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


def _moved(
    example: Example, view: str, rng: np.random.Generator
) -> tuple[Float[Tensor, "row column"], Float[Tensor, "end 2"]]:
    """A coarse film moved, turned and enlarged at random, and where the ends are."""
    grown = float(np.exp(rng.normal(0, GROWN)))
    turn = _turn(rng.normal(0, TURNED_DEG)) * grown
    shift = torch.tensor(rng.normal(0, MOVED_MM, 2), dtype=torch.float32)
    places = plane(SIZES[view], COARSE_MM) @ turn.T + shift
    ends = (example.ends - shift) @ torch.linalg.inv(turn).T
    if view == "frontal" and rng.random() < 0.5:
        places, ends = places.flip(1), _mirrored(ends, dim=1)
    film = sample(example.film.coarse, example.film.pixel_mm, places)
    return film, ends.flatten(0, 1)


def _picture(
    example: Example, disc: int, view: str, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """The picture of a disc slightly off, its corners in it and its findings."""
    (middle,), (axes,) = disc_frame(example.ends[disc : disc + 1])
    axes = axes @ _turn(rng.normal(0, TILTED_DEG)).T
    middle = middle + torch.tensor(rng.normal(0, OFF_MM, 2), dtype=torch.float32)
    corners = (example.corners[disc] - middle) @ axes.T
    above = example.above[disc]
    places = middle + plane(LEVEL_SHAPE, LEVEL_MM[view]) @ axes
    if rng.random() < 0.5:  # upside down
        places = places.flip(0)
        corners = _mirrored(corners.reshape(2, 2, 2), dim=0, axis=0).flatten(0, 1)
        above = above.reshape(-1, 2, above.shape[-1]).flip(1).flatten(0, 1)
    if view == "frontal" and rng.random() < 0.5:  # left for right
        places = places.flip(1)
        corners = _mirrored(corners.reshape(2, 2, 2), dim=1).flatten(0, 1)
        above = above[[2, 3, 0, 1, 4, 5]]
    picture = sample(example.film.fine, example.film.pixel_mm, places)
    return picture, corners, above


def _mirrored(places: Tensor, *, dim: int, axis: int = 1) -> Tensor:
    """Places after the picture is flipped, those that change roles exchanged."""
    sign = torch.tensor([1.0, -1.0] if axis == 1 else [-1.0, 1.0])
    return places.flip(dim) * sign


def _turn(degrees: float) -> Float[Tensor, "2 2"]:
    angle = np.radians(degrees)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return torch.tensor([[cos, -sin], [sin, cos]])


def _other_greys(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Contrast, brightness and grain of other detectors."""
    shape = (len(pictures), 1, 1, 1)
    gain = np.exp(rng.normal(0, 0.15, shape))
    shift, grain = rng.normal(0, 0.15, shape), rng.uniform(0, 0.12, shape)
    noise = rng.standard_normal(pictures.shape)
    numbers = pictures * torch.from_numpy(gain) + torch.from_numpy(
        shift + grain * noise
    )
    return numbers.float()
