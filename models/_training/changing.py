"""What training changes in a module; the rest need not be kept beside it."""

from pytorch_lightning import LightningModule
from torch import Tensor


def changing(module: LightningModule) -> dict[str, Tensor]:
    """Return a copy of all weights and buffers but those that are frozen.

    A frozen encoder is most of a network, and stays what it is.
    """
    frozen = {
        name for name, each in module.named_parameters() if not each.requires_grad
    }
    return {
        name: each.clone()
        for name, each in module.state_dict().items()
        if name not in frozen
    }
