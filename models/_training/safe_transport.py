"""Weights on their way from a training process to the one that started it."""

from pathlib import Path
from typing import Any

from lightning_fabric.plugins.io.checkpoint_io import CheckpointIO
from safetensors.torch import load_file, save_file


class SafeTransport(CheckpointIO):
    """Lightning's way of handing weights over, without its pickle."""

    def save_checkpoint(
        self,
        checkpoint: dict[str, Any],
        path: str | Path,
        storage_options: object | None = None,
    ) -> None:
        """Write the weights."""
        copies = {
            k: v.detach().cpu().contiguous().clone() for k, v in checkpoint.items()
        }
        save_file(copies, path)

    def load_checkpoint(
        self,
        path: str | Path,
        map_location: object | None = None,
        weights_only: bool | None = None,
    ) -> dict[str, Any]:
        """Read the weights; a safetensors file holds nothing else."""
        return dict(load_file(path))

    def remove_checkpoint(self, path: str | Path) -> None:
        """Remove the file and the folder that Lightning made for it."""
        Path(path).unlink()
        Path(path).parent.rmdir()
