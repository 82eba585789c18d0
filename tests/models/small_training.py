"""A small training for tests, in this process or in one of its own.

Run as a script it trains and writes the weights.
"""

import argparse
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import torch
from pytorch_lightning import LightningModule
from safetensors.torch import save_file
from torch import nn

from datamodules.multimodal import MultimodalData
from lbp_outcome.simulate.planted_views import planted_table
from models._training import checkpoint
from models._training.trainer import train_module


@dataclass(frozen=True, kw_only=True)
class Briefly:
    epochs: int = 6
    patience: int = 4
    gradient_clip: float = 1.0


class SmallTraining(LightningModule):
    """A network of a table, with dropout, momentum and a learning rate that falls.

    Attributes:
        killed_in: Epoch in the middle of which the process is killed, by itself.
        seen: Epochs it was trained in.
    """

    def __init__(self, dropout: float, killed_in: int | None = None) -> None:
        super().__init__()
        self.killed_in, self.seen = killed_in, []
        self.network = nn.Sequential(
            nn.Linear(2, 8), nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, 1)
        )

    def loss(self, batch):
        logits = self.network(batch.table).squeeze(1)
        return nn.functional.binary_cross_entropy_with_logits(logits, batch.outcome)

    def training_step(self, batch, batch_idx):
        if batch_idx == 1 and self.current_epoch == self.killed_in:
            os.kill(os.getpid(), signal.SIGKILL)
        if batch_idx == 0:
            self.seen.append(self.current_epoch)
        return self.loss(batch)

    def validation_step(self, batch, batch_idx):
        self.log("set_aside_loss", self.loss(batch), batch_size=len(batch))

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=0.05)
        return [optimizer], [torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)]


def small_data(patients=40, checkpoints=None):
    train = planted_table(patients, seed=0, weights=(2.0, -1.0))
    data = MultimodalData(train, train.take([]), 0)
    data.checkpoints = checkpoints
    return data


def small_module(dropout=0.2, killed_in=None):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return SmallTraining(dropout, killed_in)


def train(module, data, effort=None, seed=0):
    """Return the weights after training."""
    effort = Briefly() if effort is None else effort
    train_module(module, data, effort, seed, architecture="small")
    return module.state_dict()


def main():
    """Train, with a checkpoint after every epoch, and write the weights."""
    parser = argparse.ArgumentParser()
    parser.add_argument("weights", type=Path)
    parser.add_argument("--checkpoints", type=Path)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--killed-in", type=int)
    given = parser.parse_args()
    checkpoint.SECONDS = 0.0
    module = small_module(given.dropout, given.killed_in)
    save_file(train(module, small_data(checkpoints=given.checkpoints)), given.weights)


if __name__ == "__main__":
    main()
