"""One training of one network, by the rules that hold for all of them."""

import hashlib
import os
from pathlib import Path

import numpy as np
import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.callbacks import EarlyStopping

from lbp_outcome.batch import Batches
from lbp_outcome.contracts import Resumable
from lbp_outcome.errors import InvalidChoice
from models._training.checkpoint import Checkpoint
from models._training.effort import Effort
from models._training.epoch_chance import EpochChance
from models._training.keep_best import SET_ASIDE, KeepBest
from models._training.quiet import quiet
from models._training.safe_transport import SafeTransport
from models._training.state_file import StateFile

DEVICES = "LBP_DEVICES"
"""Environment variable: how many processes or GPUs share one training (default 1)."""

SHARED = "ddp_spawn_find_unused_parameters_true"
"""How Lightning shares a training out.

Spawned, so that whoever called goes on alone, with the weights. A batch in which nobody
has a modality leaves that modality's weights unused.
"""


def train_module(
    module: LightningModule,
    data: Batches,
    effort: Effort,
    seed: int,
    *,
    architecture: str,
) -> None:
    """Train in place and leave the module on the CPU, ready to predict.

    Stops early by the loss that the module records as `set_aside_loss`, and returns to
    the best weights; without patients set aside it trains for all its epochs. Where the
    data say where to keep a checkpoint, a killed training goes on from there. On the
    CPU the same seed gives the same weights, killed or not; on a GPU almost the same,
    because its sums are not ordered.

    Args:
        module: What is trained, and the loss.
        data: The patients.
        effort: How long and how hard.
        seed: Of all chance.
        architecture: What a checkpoint is called.

    Raises:
        UnreadableFile: There is a checkpoint, but of another training.
        InvalidChoice: The number of devices is not a whole number above zero.
    """
    set_aside = data.val_dataloader()
    watched = any(True for _ in set_aside)
    callbacks: list[Callback] = [EpochChance(seed)]
    if watched:
        callbacks += [EarlyStopping(SET_ASIDE, patience=effort.patience), KeepBest()]
    if isinstance(data, Resumable) and data.checkpoints is not None:
        fingerprint = _fingerprint(module, data, effort, seed)
        callbacks += [_checkpoint(data.checkpoints, architecture, fingerprint)]
    module.train()  # Lightning leaves a module as it is: dropout would do nothing
    with torch.random.fork_rng(), quiet():
        torch.manual_seed(seed)
        _trainer(effort, callbacks).fit(
            module,
            train_dataloaders=data.train_dataloader(),
            val_dataloaders=set_aside if watched else None,
        )
    module.cpu().eval()


def _trainer(effort: Effort, callbacks: list[Callback]) -> Trainer:
    devices = _devices()
    return Trainer(
        accelerator="auto",
        devices=devices,
        strategy=SHARED if devices > 1 else "auto",
        use_distributed_sampler=False,  # the data module shares the visits itself
        precision="bf16-mixed" if _bf16() else "32-true",
        max_epochs=effort.epochs,
        gradient_clip_val=effort.gradient_clip,
        callbacks=callbacks,
        plugins=[SafeTransport()],
        num_sanity_val_steps=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _bf16() -> bool:
    return torch.cuda.is_available() and torch.cuda.is_bf16_supported()


def _devices() -> int:
    asked = os.environ.get(DEVICES, "1")
    if not asked.isdecimal() or int(asked) < 1:
        raise InvalidChoice(f"{DEVICES} = {asked!r}: must be a whole number above 0.")
    return int(asked)


def _checkpoint(folder: Path, architecture: str, fingerprint: str) -> Checkpoint:
    """One file per training, for a model may be the mean of several."""
    path = Path(folder) / f"{fingerprint[:16]}.safetensors"
    return Checkpoint(
        StateFile(path=path, architecture=architecture, fingerprint=fingerprint)
    )


def _fingerprint(
    module: LightningModule, data: Batches, effort: Effort, seed: int
) -> str:
    """Digest of the settings, the seed, the first weights and the patients.

    Of the images only whose they are: to decode them all would take longer.
    """
    view = data.train
    words = repr((effort, seed, view.patients, view.predictors, view.levels))
    digest = hashlib.sha256(words.encode())
    for name, weight in module.state_dict().items():
        digest.update(name.encode())
        digest.update(weight.detach().cpu().contiguous().numpy().tobytes())
    for numbers in (view.table, view.outcome, view.margin, *view.companions.values()):
        if numbers is not None:
            digest.update(np.ascontiguousarray(numbers, dtype=float).tobytes())
    return digest.hexdigest()
