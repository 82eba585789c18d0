"""What may be chosen about the fusion network in a study file."""

from dataclasses import dataclass
from typing import Literal

EncoderChoice = Literal["pretrained", "finetuned", "fresh"]


@dataclass(frozen=True, kw_only=True)
class FusionSettings:
    """Where the look at the images comes from, and how far it may correct the start.

    Attributes:
        encoder: `pretrained` looks with the shipped level encoder, which stays as it
            is; `finetuned` starts there and trains it; `fresh` trains a small network
            from scratch, on crops of any size.
        penalty: Pull of every weight of the regression that it starts from towards
            zero, on standardised predictors (see `embedded`).
        members: Corrections that are averaged; each is judged by the patients that it
            was not trained on, so it takes two. A network that trains its encoder has
            one.
        width: Length of the token of each level and modality.
        dropout: Share of each token dropped in training.
        modality_dropout: Chance that a modality is hidden from the network for one
            training step, so that it learns to do without.
        epochs: Most passes over the training patients.
        patience: Passes without improvement on the patients set aside before stopping.
            An image is often learned late and suddenly: with 10, one planted spot in
            two was given up on.
        learning_rate: Step size of AdamW.
        weight_decay: Pull of every weight towards zero.
        correction_decay: Pull of every correction towards none.
        gradient_clip: Longest gradient step.
    """

    encoder: EncoderChoice = "pretrained"
    penalty: float = 100.0
    members: int = 4
    width: int = 32
    dropout: float = 0.2
    modality_dropout: float = 0.2
    epochs: int = 30
    patience: int = 20
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    correction_decay: float = 1.0
    gradient_clip: float = 1.0
