"""Training the fusion network: quietly, repeatably, leaving no file behind."""

import copy
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import EarlyStopping
from torch import Tensor, nn

from lbp_outcome.batch import Batch, Batches
from models._fusion.network import FusionNetwork
from models._fusion.settings import FusionSettings

ADVICE = (
    ".*does not have many workers",  # a few patients fit in memory
    ".*no `val_dataloader`. Skipping val loop",  # too few patients to set any aside
    ".*LeafSpec.* is deprecated",  # Lightning's own use of torch
)
"""Warnings of Lightning that a user can do nothing about."""


LEARNED = 0.05
"""Cross-entropy on the patients set aside below which there is nothing to gain."""


class FusionTraining(LightningModule):
    """Cross-entropy of the network's logits, minimised by AdamW.

    Each modality must also be right by itself. Without that the one that is easiest to
    memorise (a table, a radiograph) fits the training patients alone, and the others
    learn nothing: beside radiographs, three of four runs missed a planted lesion.

    Args:
        network: The network to train; its settings say how long and how hard.
    """

    def __init__(self, network: FusionNetwork) -> None:
        super().__init__()
        self.network, self.settings = network, network.settings
        self.base_rate = network.bias.detach().sigmoid().item()

    def training_step(self, batch: Batch, batch_idx: int) -> Float[Tensor, ""]:
        """Return the cross-entropy of all modalities together plus that of each."""
        found, bias = self.network.votes(batch), self.network.bias
        together = bias + (found.votes * found.weights).sum(dim=1)
        target = self._softened(batch)
        alone = _cross_entropy(
            bias + found.votes, target[:, None].expand_as(found.votes)
        )
        alone_where_present = (alone * found.present).sum() / len(batch)
        return _cross_entropy(together, target).mean() + alone_where_present

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Record the cross-entropy of patients set aside."""
        assert batch.outcome is not None
        loss = _cross_entropy(self.network(batch), batch.outcome).mean()
        self.log("set_aside_loss", loss, batch_size=len(batch))

    def _softened(self, batch: Batch) -> Float[Tensor, " batch"]:
        """The outcome moved towards the base rate: nobody's outcome is certain."""
        assert batch.outcome is not None
        share = self.settings.label_smoothing
        return (1 - share) * batch.outcome + share * self.base_rate

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """AdamW; biases and normalisation are not pulled towards zero."""
        weights = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        groups = [
            {"params": weights, "weight_decay": self.settings.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(groups, lr=self.settings.learning_rate)


def _cross_entropy(
    logits: Float[Tensor, "*shape"], target: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    return nn.functional.binary_cross_entropy_with_logits(
        logits.float(), target, reduction="none"
    )


class KeepBest(Callback):
    """Put the best weights seen on the patients set aside back at the end.

    In memory: a checkpoint file would be a pickle, and would be left behind.
    """

    def __init__(self) -> None:
        self.loss = float("inf")
        self.weights: dict[str, Tensor] = {}

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Remember the weights if they are the best so far."""
        loss = float(trainer.callback_metrics["set_aside_loss"])
        if loss < self.loss:
            self.loss = loss
            self.weights = copy.deepcopy(pl_module.state_dict())

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Go back to the best weights."""
        if self.weights:
            pl_module.load_state_dict(self.weights)


def train(network: FusionNetwork, data: Batches, seed: int) -> None:
    """Train the network in place and leave it on the CPU, ready to predict.

    Without patients set aside (too few to spare) it trains for all its epochs. On the
    CPU the same seed gives the same weights; on a GPU almost the same, because its
    sums are not ordered.
    """
    with torch.random.fork_rng(), _quiet():
        torch.manual_seed(seed)
        set_aside = data.val_dataloader()
        watched = any(True for _ in set_aside)
        _trainer(network.settings, watched).fit(
            FusionTraining(network),
            train_dataloaders=data.train_dataloader(),
            val_dataloaders=set_aside if watched else None,
        )
    network.cpu().eval()


def _trainer(settings: FusionSettings, watched: bool) -> Trainer:
    return Trainer(
        accelerator="auto",
        devices=1,
        precision="bf16-mixed" if torch.cuda.is_available() else "32-true",
        max_epochs=settings.epochs,
        gradient_clip_val=settings.gradient_clip,
        callbacks=[_stop_early(settings), KeepBest()] if watched else [],
        num_sanity_val_steps=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _stop_early(settings: FusionSettings) -> EarlyStopping:
    return EarlyStopping(
        "set_aside_loss", patience=settings.patience, stopping_threshold=LEARNED
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Lightning's announcements, and two of its warnings by their words."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for advice in ADVICE:
                warnings.filterwarnings("ignore", advice)
            yield
    finally:
        logger.setLevel(level)
