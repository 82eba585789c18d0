"""What a network sees that looks at whole images: a few patients as tensors.

Beside `batch` the only module of the floor that imports torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float32
from torch import Tensor

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import (
    RADIOGRAPH_SHAPE,
    VOLUME_SHAPE,
    WEIGHTINGS,
    CohortView,
    PatientImages,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class WholeBatch:
    """Whole images and table of some patients; absent images are zero and flagged.

    Attributes:
        volumes: Whole sagittal MR images on one grid: T2, then T1.
        volume_present: Whether there is that image.
        films: X-rays, mean 0 and SD 1: lateral, then frontal.
        film_present: Whether there is that film.
        table: Raw predictors in their own units; NaN where missing.
        outcome: 1 for the outcome and 0 for none (or a continuous outcome); None where
            it is to be predicted.
    """

    volumes: Float32[Tensor, "batch 2 left posterior superior"]
    volume_present: Bool[Tensor, "batch 2"]
    films: Float32[Tensor, "batch 2 row column"]
    film_present: Bool[Tensor, "batch 2"]
    table: Float32[Tensor, "batch predictors"]
    outcome: Float32[Tensor, " batch"] | None = None

    def __len__(self) -> int:
        return len(self.table)

    def to(self, device: "torch.device | str") -> "WholeBatch":
        """Return the batch on another device; Lightning calls this."""
        return type(self)(
            volumes=self.volumes.to(device),
            volume_present=self.volume_present.to(device),
            films=self.films.to(device),
            film_present=self.film_present.to(device),
            table=self.table.to(device),
            outcome=None if self.outcome is None else self.outcome.to(device),
        )


def to_whole_batch(view: CohortView, rows: Sequence[int] | None = None) -> WholeBatch:
    """Return the patients in these rows (all by default) as tensors.

    Raises:
        InvalidChoice: An image has another size, is of one value throughout, or holds
            values that are no numbers; the message names which.
    """
    rows = list(range(len(view)) if rows is None else rows)
    images = [view.images.get(view.patients[row], PatientImages()) for row in rows]
    volumes, volume_present = _stacked([_volumes(each) for each in images])
    films, film_present = _stacked([_films(each) for each in images])
    return WholeBatch(
        volumes=volumes.reshape(len(rows), 2, *VOLUME_SHAPE),
        volume_present=volume_present,
        films=films.reshape(len(rows), 2, *RADIOGRAPH_SHAPE),
        film_present=film_present,
        table=_float(view.table[rows]),
        outcome=None if view.outcome is None else _float(view.outcome[rows]),
    )


Named = tuple[str, np.ndarray | None, tuple[int, ...]]
"""What an image is called, the image, and the size it must have."""


def _volumes(images: PatientImages) -> list[Named]:
    there = images.volumes
    return [
        (
            f"whole {name.upper()} image",
            there[name].values if name in there else None,
            VOLUME_SHAPE,
        )
        for name in WEIGHTINGS
    ]


def _films(images: PatientImages) -> list[Named]:
    return [
        ("lateral X-ray", images.radiograph, RADIOGRAPH_SHAPE),
        ("frontal X-ray", images.frontal, RADIOGRAPH_SHAPE),
    ]


def _stacked(patients: Sequence[Sequence[Named]]) -> tuple[Tensor, Tensor]:
    """All images in one tensor, and which of them there are."""
    values = [[_sound(*image) for image in images] for images in patients]
    present = [[image is not None for _, image, _ in images] for images in patients]
    flags = torch.tensor(present, dtype=torch.bool).reshape(len(patients), 2)
    return torch.from_numpy(np.array(values, dtype=np.float32)), flags


def _sound(
    name: str, image: np.ndarray | None, size: tuple[int, ...]
) -> Float32[np.ndarray, "..."]:
    """The image, or zeros where there is none; refused where it cannot be right."""
    if image is None:
        return np.zeros(size, np.float32)
    if image.shape != size:
        raise InvalidChoice(
            f"A {name} is {image.shape}, not {size}: prepare all patients with the "
            "same settings, and check the order of its axes."
        )
    if not np.isfinite(image).all():
        raise InvalidChoice(f"A {name} holds NaN or infinite values; read it again.")
    if image.min() == image.max():
        raise InvalidChoice(
            f"A {name} is of one value throughout; leave it out as absent."
        )
    return image


def _float(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
