"""What may be chosen about the fusion network in a study file."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FusionSettings:
    """How large the network is, and how long and hard it is trained.

    Attributes:
        width: Length of the token of each level and modality.
        dropout: Share of each token dropped in training.
        modality_dropout: Chance that a modality is hidden from the network for one
            training step, so that it learns to do without.
        label_smoothing: How far outcomes are moved towards the base rate in training,
            0 to 1: keeps a network of few patients from being certain.
        epochs: Most passes over the training patients.
        patience: Passes without improvement on the patients set aside before stopping.
            An image is often learned late and suddenly: with 10, one planted spot in
            two was given up on.
        learning_rate: Step size of AdamW.
        weight_decay: Pull of every weight towards zero.
        gradient_clip: Longest gradient step.
    """

    width: int = 32
    dropout: float = 0.2
    modality_dropout: float = 0.2
    label_smoothing: float = 0.1
    epochs: int = 30
    patience: int = 20
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    gradient_clip: float = 1.0
