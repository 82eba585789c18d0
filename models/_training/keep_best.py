"""The best weights seen on the patients set aside, put back at the end."""

from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from torch import Tensor

from models._training.changing import changing

SET_ASIDE = "set_aside_loss"
"""Name under which a module records its loss on the patients set aside."""


class KeepBest(Callback):
    """Put the best weights seen on the patients set aside back at the end.

    In memory: a file of Lightning's would be a pickle, and would be left behind.
    """

    def __init__(self) -> None:
        self.loss = float("inf")
        self.weights: dict[str, Tensor] = {}

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Remember the weights if they are the best so far."""
        loss = float(trainer.callback_metrics[SET_ASIDE])
        if loss < self.loss:
            self.loss = loss
            self.weights = changing(pl_module)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Go back to the best weights."""
        if self.weights:
            pl_module.load_state_dict(self.weights, strict=False)

    def state_dict(self) -> dict[str, Any]:
        """Return the best so far, for a training that may be killed."""
        return {"loss": self.loss, "weights": self.weights}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the best of an earlier run."""
        self.loss, self.weights = state_dict["loss"], state_dict["weights"]
