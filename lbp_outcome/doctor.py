"""What is installed here, and whether it is ours."""

import importlib
import importlib.util
import os
import platform
from pathlib import Path

import lbp_outcome
from lbp_outcome import BANNER, __version__

PACKAGES = ("datamodules", "models", "explain")
LIBRARIES = ("torch", "pytorch_lightning", "monai", "xgboost", "mlflow", "nibabel")


def examine() -> list[str]:
    """Return what a person needs to know when something does not work."""
    home = Path(lbp_outcome.__file__).parents[1]
    return [
        f"lbp-outcome {__version__}, Python {platform.python_version()}",
        *(_whose(name, home) for name in PACKAGES),
        *(f"{name} {_version(name)}" for name in LIBRARIES),
        f"accelerator: {_accelerator()}",
        f"tracking: {os.environ.get('MLFLOW_TRACKING_URI', 'mlruns/ in this folder')}",
        BANNER,
    ]


def _whose(name: str, home: Path) -> str:
    """`models` is a common name: another package of that name would be imported."""
    found = importlib.util.find_spec(name)
    origin = Path(found.origin).parents[1] if found and found.origin else None
    if origin == home:
        return f"{name}: ours"
    return f"{name}: NOT OURS, another package of this name comes first ({origin})"


def _version(name: str) -> str:
    try:
        return str(importlib.import_module(name).__version__)
    except ImportError:
        return "is not installed"


def _accelerator() -> str:
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(0))
    return "none, everything runs on the CPU"
