"""The chance of each epoch follows from the seed and the epoch, and nothing before."""

import numpy as np
import torch
from pytorch_lightning import Callback, LightningModule, Trainer


class EpochChance(Callback):
    """Seed dropout and the like anew at the first batch of every epoch.

    A training that is taken up again then draws what it would have drawn. Processes
    that train together draw apart.

    Args:
        seed: Seed of the whole training.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on_train_batch_start(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        batch: object,
        batch_idx: int,
    ) -> None:
        """Seed torch, on every device."""
        if batch_idx == 0:
            words = [self.seed, trainer.current_epoch, trainer.global_rank]
            state = np.random.SeedSequence(words).generate_state(1, np.uint64)
            torch.manual_seed(int(state[0] >> np.uint64(1)))
