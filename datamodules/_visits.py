"""Who is read when: batches of patients, shared by processes that train together."""

from collections.abc import Iterator, Sequence

import numpy as np
from torch import distributed
from torch.utils.data import Sampler

from lbp_outcome.errors import InvalidChoice

Visit = tuple[int, int | None]
"""Which row to read, and the seed of its augmentation (None: as it is)."""


class InOrder(Sampler[list[Visit]]):
    """Every patient once, in order and unchanged; every process sees them all.

    Args:
        rows: Rows of the patients.
        batch_size: Patients per batch.
    """

    def __init__(self, rows: Sequence[int] | np.ndarray, batch_size: int) -> None:
        self.rows, self.batch_size = [int(row) for row in rows], batch_size

    def __iter__(self) -> Iterator[list[Visit]]:
        visits: list[Visit] = [(row, None) for row in self.rows]
        for start in range(0, len(visits), self.batch_size):
            yield visits[start : start + self.batch_size]

    def __len__(self) -> int:
        return -(-len(self.rows) // self.batch_size)


class Shuffled(Sampler[list[Visit]]):
    """Another order and other augmentation seeds each epoch, all from one seed.

    An epoch follows from the seed and its number alone, so that a training that was
    killed sees what it would have seen. The augmentation seed travels with the visit,
    so that the number of workers changes nothing.

    Processes that train together share out each batch, and one that has fewer patients
    than there are processes is left out: nobody is visited twice in an epoch, and all
    make the same steps as one process with the whole batch.

    Args:
        rows: Rows of the patients.
        batch_size: Patients per batch, of all processes together.
        seed: Of the order and the augmentation.
        augment: Whether visits carry a seed for augmentation.
    """

    def __init__(
        self, rows: np.ndarray, batch_size: int, seed: int, *, augment: bool
    ) -> None:
        self.rows, self.batch_size = rows, batch_size
        self.seed, self.augment, self.epoch = seed, augment, 0

    @property
    def sampler(self) -> "Shuffled":
        """Where Lightning looks for `set_epoch`."""
        return self

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next; otherwise it is the one after the last."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[list[Visit]]:
        chance = np.random.default_rng([self.seed, self.epoch])
        self.epoch += 1
        order = chance.permutation(self.rows).tolist()
        seeds = chance.integers(2**31, size=len(order)).tolist()
        visits: list[Visit] = [
            (row, seed if self.augment else None)
            for row, seed in zip(order, seeds, strict=True)
        ]
        rank, processes = self._place()
        for start in range(0, len(visits), self.batch_size):
            batch = visits[start : start + self.batch_size]
            each = len(batch) // processes
            if each:
                yield batch[rank : each * processes : processes]

    def __len__(self) -> int:
        _, processes = self._place()
        whole, rest = divmod(len(self.rows), self.batch_size)
        return whole + (rest >= processes)

    def _place(self) -> tuple[int, int]:
        """Which process this is, and of how many.

        Raises:
            InvalidChoice: There are more processes than patients in a batch.
        """
        if not (distributed.is_available() and distributed.is_initialized()):
            return 0, 1
        rank, processes = distributed.get_rank(), distributed.get_world_size()
        if processes > self.batch_size:
            raise InvalidChoice(
                f"{processes} processes cannot share batches of {self.batch_size} "
                f"patients; use fewer processes or a larger batch size."
            )
        return rank, processes
