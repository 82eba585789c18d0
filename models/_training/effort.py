"""How long and how hard a network is trained."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Effort(Protocol):
    """The settings of a network that say how long and how hard it is trained."""

    @property
    def epochs(self) -> int:
        """Passes over the training patients, at most."""
        ...

    @property
    def patience(self) -> int:
        """Epochs without a gain on the patients set aside before training stops."""
        ...

    @property
    def gradient_clip(self) -> float:
        """Largest norm of a gradient."""
        ...
