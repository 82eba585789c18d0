"""Whole MR volumes, both X-rays and table of one fold, for networks that see it all."""

from collections.abc import Sequence

import numpy as np
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset

from datamodules import DATAMODULES, DataModuleRecipe
from datamodules._visits import InOrder, Shuffled, Visit
from datamodules.multimodal import MultimodalData
from lbp_outcome.view import CohortView
from lbp_outcome.whole_batch import WholeBatch, to_whole_batch


class VolumesData(LightningDataModule):
    """Batches of one fold for networks that look at whole images.

    Folds, seeds and who is set aside are those of `MultimodalData`; the images are the
    whole T2 and T1 volume and the lateral and the frontal film, each with a flag that
    says whether a patient has it. Whole images are not augmented.

    Args:
        train: Patients to learn from.
        held_out: Patients to predict; their outcome is dropped.
        seed: Decides who is set aside and the order of patients.
        batch_size: Patients per batch.
        validation_share: Share of the training patients set aside.
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
        num_workers: int = 0,
    ) -> None:
        super().__init__()
        fold = MultimodalData(train, held_out, seed, validation_share=validation_share)
        self.train, self.held_out = fold.train, fold.held_out
        self.set_aside = fold.set_aside
        self.seed, self.batch_size, self.num_workers = seed, batch_size, num_workers

    def train_dataloader(self) -> "DataLoader[WholeBatch]":
        """Shuffled batches; the same ones for the same seed."""
        rows = np.setdiff1d(np.arange(len(self.train)), self.set_aside)
        visits = Shuffled(rows, self.batch_size, self.seed, augment=False)
        return self._loader(self.train, visits)

    def val_dataloader(self) -> "DataLoader[WholeBatch]":
        """Batches of the training patients set aside for early stopping."""
        return self._loader(self.train, InOrder(self.set_aside, self.batch_size))

    def predict_dataloader(self) -> "DataLoader[WholeBatch]":
        """Batches of the held-out patients in their order."""
        rows = range(len(self.held_out))
        return self._loader(self.held_out, InOrder(rows, self.batch_size))

    def _loader(
        self, view: CohortView, visits: InOrder | Shuffled
    ) -> "DataLoader[WholeBatch]":
        return DataLoader(
            _Patients(view),
            batch_sampler=visits,
            num_workers=self.num_workers,
            collate_fn=_as_it_is,  # type: ignore[arg-type]  # already a batch
        )


class _Patients(Dataset[WholeBatch]):
    """Patients read together; the cache maps their images into memory."""

    def __init__(self, view: CohortView) -> None:
        self.view = view

    def __getitems__(self, visits: Sequence[Visit]) -> WholeBatch:
        return to_whole_batch(self.view, [row for row, _ in visits])


def _as_it_is(batch: WholeBatch) -> WholeBatch:
    return batch


def build(train: CohortView, held_out: CohortView, seed: int) -> VolumesData:
    """Return the fold with the usual settings.

    Raises:
        InvalidChoice: A patient is on both sides, or the sides hold other predictors.
    """
    return VolumesData(train, held_out, seed)


VOLUMES = DATAMODULES.add(DataModuleRecipe(name="volumes", build=build))
