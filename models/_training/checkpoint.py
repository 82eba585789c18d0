"""A training that was killed goes on where it was, and ends with the same weights."""

import time

from pytorch_lightning import Callback, LightningModule, Trainer

from models._training.changing import changing
from models._training.state_file import State, StateFile

SECONDS = 20.0
"""Time between two checkpoints: what a kill costs at most, beside one epoch.

A training that is shorter writes none: writing takes longer than an epoch of a table.
"""

COUNTS = ("ready", "started", "processed", "completed")
"""What Lightning counts of epochs."""


class Checkpoint(Callback):
    """Keep everything that the next epoch depends on in one file.

    It is written between two epochs and removed when the training has ended well.
    Chance is not in it: `EpochChance` and the sampler draw anew for each epoch. Nor
    are Lightning's own counters beside the epoch, which decide nothing here.

    Args:
        file: Where the state is kept, and of which training.
    """

    def __init__(self, file: StateFile) -> None:
        self.file = file
        self.written = time.monotonic()

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Go back to where an earlier run stopped.

        Raises:
            UnreadableFile: The file is damaged, or of another training.
        """
        if self.file.path.is_file():
            _restore(trainer, pl_module, self.file.read())

    def on_train_epoch_start(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> None:
        """Keep the state: all that belongs to the last epoch has happened."""
        due = time.monotonic() - self.written >= SECONDS
        if due and trainer.is_global_zero and trainer.current_epoch > 0:
            self.file.write(_state(trainer, pl_module))
            self.written = time.monotonic()

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Leave no file behind."""
        if trainer.is_global_zero:
            self.file.path.unlink(missing_ok=True)


def _state(trainer: Trainer, module: LightningModule) -> State:
    return {
        "epoch": trainer.current_epoch,
        "module": changing(module),
        "optimizers": [each.state_dict() for each in trainer.optimizers],
        "schedulers": [
            config.scheduler.state_dict() for config in trainer.lr_scheduler_configs
        ],
        "callbacks": {
            each.state_key: each.state_dict()
            for each in _callbacks(trainer)
            if each.state_dict()
        },
    }


def _restore(trainer: Trainer, module: LightningModule, state: State) -> None:
    module.load_state_dict(state["module"], strict=False)
    for optimizer, of_it in zip(trainer.optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(of_it)
    configs = trainer.lr_scheduler_configs
    for config, of_it in zip(configs, state["schedulers"], strict=True):
        config.scheduler.load_state_dict(of_it)
    for callback in _callbacks(trainer):
        if callback.state_key in state["callbacks"]:
            callback.load_state_dict(state["callbacks"][callback.state_key])
    counts = dict.fromkeys(COUNTS, state["epoch"])
    trainer.fit_loop.epoch_progress.current.load_state_dict(counts)


def _callbacks(trainer: Trainer) -> list[Callback]:
    return list(trainer.callbacks)  # type: ignore[attr-defined]  # not declared there
