"""Images and table of one fold in batches, for networks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset, Sampler

from datamodules import DATAMODULES, DataModuleRecipe
from datamodules._augmentation import augmented
from datamodules._fold import separate
from lbp_outcome.batch import Batch, to_batch
from lbp_outcome.view import CohortView, PatientImages

FEWEST_TO_SET_ASIDE = 5
"""Patients each outcome group needs before any of them are kept from training."""


class MultimodalData(LightningDataModule):
    """Batches of one fold; each patient's images are decoded once, when first needed.

    Some training patients, the same share of either outcome, are set aside to decide
    when training stops. They come from the training side only: the held-out patients
    carry no outcome and decide nothing.

    Args:
        train: Patients to learn from.
        held_out: Patients to predict; their outcome is dropped.
        seed: Decides who is set aside, the order of patients and the augmentation.
        batch_size: Patients per batch.
        validation_share: Share of the training patients set aside.
        augment: Whether training crops are changed a little each time.
        num_workers: Extra processes that load batches.

    Raises:
        InvalidChoice: A patient is on both sides, or the sides hold other predictors.
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
    ) -> None:
        super().__init__()
        train, held_out = separate(train, held_out)
        self.train = replace(train, images=_DecodedOnce(train.images))
        self.held_out = replace(held_out, images=_DecodedOnce(held_out.images))
        self.seed, self.augment = seed, augment
        self.batch_size, self.num_workers = batch_size, num_workers
        self.set_aside = _set_aside(train.outcome, validation_share, seed)

    def train_dataloader(self) -> "DataLoader[Batch]":
        """Shuffled, lightly augmented batches; the same ones for the same seed."""
        rows = np.setdiff1d(np.arange(len(self.train)), self.set_aside)
        return self._loader(self.train, _Shuffled(rows, self.seed, self.augment))

    def val_dataloader(self) -> "DataLoader[Batch]":
        """Batches of the training patients set aside for early stopping."""
        return self._loader(self.train, _InOrder(self.set_aside))

    def predict_dataloader(self) -> "DataLoader[Batch]":
        """Batches of the held-out patients in their order."""
        return self._loader(self.held_out, _InOrder(range(len(self.held_out))))

    def _loader(
        self, view: CohortView, visits: "Sampler[Visit]"
    ) -> "DataLoader[Batch]":
        return DataLoader(
            _Patients(view),
            sampler=visits,
            batch_size=self.batch_size,
            num_workers=self.num_workers,
            collate_fn=_as_it_is,  # type: ignore[arg-type]  # already a batch
        )


Visit = tuple[int, int | None]
"""Which row to read, and the seed of its augmentation (None: as it is)."""


class _Patients(Dataset[Batch]):
    """Patients read together: only together do they know the size of an image."""

    def __init__(self, view: CohortView) -> None:
        self.view = view

    def __getitems__(self, visits: Sequence[Visit]) -> Batch:
        batch = to_batch(self.view, [row for row, _ in visits])
        crops = [
            crops if seed is None else augmented(crops, seed)
            for crops, (_, seed) in zip(batch.crops, visits, strict=True)
        ]
        return replace(batch, crops=torch.stack(crops))


def _as_it_is(batch: Batch) -> Batch:
    return batch


class _InOrder(Sampler[Visit]):
    def __init__(self, rows: Sequence[int] | np.ndarray) -> None:
        self.rows = [int(row) for row in rows]

    def __iter__(self) -> Iterator[Visit]:
        return iter([(row, None) for row in self.rows])

    def __len__(self) -> int:
        return len(self.rows)


class _Shuffled(Sampler[Visit]):
    """Another order and other augmentation seeds each epoch, all from one seed.

    The seed travels with the visit, so that the number of workers changes nothing.
    """

    def __init__(self, rows: np.ndarray, seed: int, augment: bool) -> None:
        self.rows, self.augment = rows, augment
        self.chance = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[Visit]:
        for row in self.chance.permutation(self.rows):
            seed = int(self.chance.integers(2**31))
            yield int(row), seed if self.augment else None

    def __len__(self) -> int:
        return len(self.rows)


class _DecodedOnce(Mapping[str, PatientImages]):
    """Images by patient, kept in memory after their first use."""

    def __init__(self, images: Mapping[str, PatientImages]) -> None:
        self._images = images
        self._decoded: dict[str, PatientImages] = {}

    def __getitem__(self, patient: str) -> PatientImages:
        if patient not in self._decoded:
            self._decoded[patient] = self._images[patient]
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
