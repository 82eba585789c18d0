"""Images and table of one fold in batches, for networks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset

from datamodules import DATAMODULES, DataModuleRecipe
from datamodules._augmentation import augmented
from datamodules._fold import separate
from datamodules._fused_augmentation import fused_augmented
from datamodules._sound_images import require_sound
from datamodules._visits import InOrder, Shuffled, Visit
from lbp_outcome.batch import Batch, to_batch
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.view import CohortView, PatientImages

FEWEST_TO_SET_ASIDE = 5
"""Patients each outcome group needs before any of them are kept from training."""


class MultimodalData(LightningDataModule):
    """Batches of one fold; each patient's images are decoded once, when first needed.

    Some training patients, the same share of either outcome, are set aside to decide
    when training stops. They come from the training side only: the held-out patients
    carry no outcome and decide nothing.

    Attributes:
        checkpoints: Folder in which a training keeps its state; None by default.

    Args:
        train: Patients to learn from.
        held_out: Patients to predict; their outcome is dropped.
        seed: Decides who is set aside, the order of patients and the augmentation.
        batch_size: Patients per batch.
        validation_share: Share of the training patients set aside.
        augment: Whether training crops are changed a little each time.
        num_workers: Extra processes that load batches.
        augment_on: Device, such as `cuda`, on which the crops of a whole batch are
            augmented at once; by default one by one on the CPU.

    Raises:
        InvalidChoice: A patient is on both sides, or the sides hold other predictors;
            or extra processes are to share a GPU.
    """

    def __init__(
        self,
        train: CohortView,
        held_out: CohortView,
        seed: int,
        *,
        batch_size: int = 4,
        validation_share: float = 0.2,
        augment: bool = True,
        num_workers: int = 0,
        augment_on: str | None = None,
    ) -> None:
        super().__init__()
        if num_workers and augment_on not in (None, "cpu"):
            raise InvalidChoice(
                f"augment_on={augment_on!r} needs num_workers=0: the process that "
                "trains augments; from the cache, loading costs next to nothing."
            )
        self.augment_on = augment_on
        train, held_out = separate(train, held_out)
        self.train = replace(train, images=_DecodedOnce(train.images))
        self.held_out = replace(held_out, images=_DecodedOnce(held_out.images))
        self.seed, self.augment = seed, augment
        self.checkpoints: Path | None = None
        self.batch_size, self.num_workers = batch_size, num_workers
        self.set_aside = _set_aside(train.outcome, validation_share, seed)

    def train_dataloader(self) -> "DataLoader[Batch]":
        """Shuffled, lightly augmented batches; the same ones for the same seed."""
        rows = np.setdiff1d(np.arange(len(self.train)), self.set_aside)
        visits = Shuffled(rows, self.batch_size, self.seed, augment=self.augment)
        return self._loader(self.train, visits)

    def val_dataloader(self) -> "DataLoader[Batch]":
        """Batches of the training patients set aside for early stopping."""
        return self._loader(self.train, InOrder(self.set_aside, self.batch_size))

    def predict_dataloader(self) -> "DataLoader[Batch]":
        """Batches of the held-out patients in their order."""
        rows = range(len(self.held_out))
        return self._loader(self.held_out, InOrder(rows, self.batch_size))

    def _loader(
        self, view: CohortView, visits: InOrder | Shuffled
    ) -> "DataLoader[Batch]":
        return DataLoader(
            _Patients(view, self.augment_on),
            batch_sampler=visits,
            num_workers=self.num_workers,
            collate_fn=_as_it_is,  # type: ignore[arg-type]  # already a batch
        )


class _Patients(Dataset[Batch]):
    """Patients read together: only together do they know the size of an image."""

    def __init__(self, view: CohortView, augment_on: str | None) -> None:
        self.view, self.augment_on = view, augment_on

    def __getitems__(self, visits: Sequence[Visit]) -> Batch:
        batch = to_batch(self.view, [row for row, _ in visits])
        if self.augment_on is not None:
            there = batch.crops.to(self.augment_on)
            seeds = [seed for _, seed in visits]
            return replace(batch, crops=fused_augmented(there, seeds))
        crops = [
            crops if seed is None else augmented(crops, seed)
            for crops, (_, seed) in zip(batch.crops, visits, strict=True)
        ]
        return replace(batch, crops=torch.stack(crops))


def _as_it_is(batch: Batch) -> Batch:
    return batch


class _DecodedOnce(Mapping[str, PatientImages]):
    """Images by patient, kept in memory after their first use."""

    def __init__(self, images: Mapping[str, PatientImages]) -> None:
        self._images = images
        self._decoded: dict[str, PatientImages] = {}

    def __getitem__(self, patient: str) -> PatientImages:
        if patient not in self._decoded:
            self._decoded[patient] = require_sound(self._images[patient])
        return self._decoded[patient]

    def __iter__(self) -> Iterator[str]:
        return iter(self._images)

    def __len__(self) -> int:
        return len(self._images)


def _set_aside(outcome: np.ndarray | None, share: float, seed: int) -> np.ndarray:
    """Return the rows kept for early stopping: the same share of either outcome."""
    if outcome is None or share <= 0:
        return np.array([], dtype=int)
    groups = [np.flatnonzero(outcome == value) for value in np.unique(outcome)]
    if len(groups) != 2 or min(map(len, groups)) < FEWEST_TO_SET_ASIDE:
        return np.array([], dtype=int)
    chance = np.random.default_rng(seed)
    chosen = [
        chance.permutation(rows)[: max(1, round(share * len(rows)))] for rows in groups
    ]
    return np.sort(np.concatenate(chosen))


def build(train: CohortView, held_out: CohortView, seed: int) -> MultimodalData:
    """Return the fold with the usual settings.

    Raises:
        InvalidChoice: A patient is on both sides, or the sides hold other predictors.
    """
    return MultimodalData(train, held_out, seed)


MULTIMODAL = DATAMODULES.add(DataModuleRecipe(name="multimodal", build=build))
