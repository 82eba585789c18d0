"""What a network sees: a few patients as tensors, with a flag for whatever is absent.

The only module of the floor that imports torch; nothing else on the floor imports it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int
from torch import Tensor, nn

from lbp_outcome.contracts import FittedModel, FoldData
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import (
    CROP_SHAPE,
    RADIOGRAPH_SHAPE,
    CohortView,
    LevelCrop,
    PatientImages,
)

CHANNELS = 2
"""T2 and T1, in this order, in a crop."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Batch:
    """Images, table and outcome of some patients; absent images are zero and flagged.

    Attributes:
        crops: MR images around each disc, in the order of the view's levels: T2, then
            T1, which is zero throughout where there is none.
        level_present: Whether that disc was found in that patient.
        radiograph: Lateral X-ray, mean 0 and SD 1.
        radiograph_present: Whether there is one.
        table: Raw predictors in their own units; NaN where missing.
        outcome: 1 for the outcome and 0 for none (or a continuous outcome); None where
            it is to be predicted.
        margin: By how much each patient passes or misses; None where there is none.
        companions: Other outcomes by name; NaN where one is not known.
    """

    crops: Float32[Tensor, "batch level channel left posterior superior"]
    level_present: Bool[Tensor, "batch level"]
    radiograph: Float32[Tensor, "batch 1 row column"]
    radiograph_present: Bool[Tensor, " batch"]
    table: Float32[Tensor, "batch predictors"]
    outcome: Float32[Tensor, " batch"] | None = None
    margin: Float32[Tensor, " batch"] | None = None
    companions: Mapping[str, Float32[Tensor, " batch"]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    def to(self, device: "torch.device | str") -> "Batch":
        """Return the batch on another device; Lightning calls this."""
        return type(self)(
            crops=self.crops.to(device),
            level_present=self.level_present.to(device),
            radiograph=self.radiograph.to(device),
            radiograph_present=self.radiograph_present.to(device),
            table=self.table.to(device),
            outcome=None if self.outcome is None else self.outcome.to(device),
            margin=None if self.margin is None else self.margin.to(device),
            companions={name: of.to(device) for name, of in self.companions.items()},
        )


@runtime_checkable
class Batches(FoldData, Protocol):
    """A data module that also hands out its training patients in batches."""

    @property
    def set_aside(self) -> Int[np.ndarray, " rows"]:
        """Rows of `train` that are kept for early stopping; may be empty."""
        ...

    def train_dataloader(self) -> Iterable[Batch]:
        """Shuffled, augmented batches to learn from."""
        ...

    def val_dataloader(self) -> Iterable[Batch]:
        """Batches of training patients set aside for early stopping; may be empty."""
        ...


@runtime_checkable
class ImageNetwork(Protocol):
    """A network whose look at the level crops can be traced."""

    @property
    def level_features(self) -> nn.Module:
        """The layer whose maps Grad-CAM weighs; its batch is all patients' levels."""
        ...

    def modules(self) -> Iterable[nn.Module]:
        """Every layer, as `torch.nn.Module` lists them."""
        ...

    def __call__(self, batch: Batch) -> Tensor:
        """Return one logit per patient."""
        ...


@runtime_checkable
class ImageModel(FittedModel, Protocol):
    """A fitted model that image explanations can look into, whatever it is."""

    @property
    def network(self) -> ImageNetwork:
        """The trained network, on the CPU and in evaluation mode."""
        ...


def to_batch(view: CohortView, rows: Sequence[int] | None = None) -> Batch:
    """Return the patients in these rows (all by default) as tensors.

    Raises:
        InvalidChoice: Two crops or two radiographs differ in size.
    """
    rows = list(range(len(view)) if rows is None else rows)
    images = [view.images.get(view.patients[row], PatientImages()) for row in rows]
    crops, level_present = _crops(view, images)
    radiograph, radiograph_present = _radiographs(images)
    return Batch(
        crops=crops,
        level_present=level_present,
        radiograph=radiograph,
        radiograph_present=radiograph_present,
        table=_float(view.table[rows]),
        outcome=None if view.outcome is None else _float(view.outcome[rows]),
        margin=None if view.margin is None else _float(view.margin[rows]),
        companions={name: _float(of[rows]) for name, of in view.companions.items()},
    )


def _crops(view: CohortView, images: Sequence[PatientImages]) -> tuple[Tensor, Tensor]:
    found = [
        {
            place: patient.levels[level]
            for place, level in enumerate(view.levels)
            if level in patient.levels
        }
        for patient in images
    ]
    shape = _common_shape(
        [image for crops in found for crop in crops.values() for image in _seen(crop)],
        CROP_SHAPE,
        "level crops",
    )
    values = np.zeros((len(images), len(view.levels), CHANNELS, *shape), np.float32)
    present = np.zeros(values.shape[:2], bool)
    for row, crops in enumerate(found):
        for place, crop in crops.items():
            present[row, place] = True
            for channel, image in enumerate(_seen(crop)):
                values[row, place, channel] = image
    return torch.from_numpy(values), torch.from_numpy(present)


def _seen(crop: LevelCrop) -> tuple[np.ndarray, ...]:
    return (crop.values,) if crop.t1 is None else (crop.values, crop.t1)


def _radiographs(images: Sequence[PatientImages]) -> tuple[Tensor, Tensor]:
    found = [patient.radiograph for patient in images]
    shape = _common_shape(
        [film for film in found if film is not None], RADIOGRAPH_SHAPE, "radiographs"
    )
    blank = np.zeros(shape, np.float32)
    values = [blank if film is None else film for film in found]
    stacked = np.stack(values)[:, None] if values else np.zeros((0, 1, *shape), "f4")
    present = np.array([film is not None for film in found], bool)
    return torch.from_numpy(stacked), torch.from_numpy(present)


def _common_shape(
    arrays: Sequence[np.ndarray], otherwise: tuple[int, ...], what: str
) -> tuple[int, ...]:
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise InvalidChoice(
            f"The {what} have different sizes ({sorted(shapes)}); a network needs one "
            f"size: prepare all patients with the same settings."
        )
    return shapes.pop() if shapes else otherwise


def _float(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
