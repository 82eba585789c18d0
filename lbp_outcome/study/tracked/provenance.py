"""Which code made a result, and what it ran with."""

import hashlib
import importlib.metadata
import platform
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import lbp_outcome

PACKAGES = ("lbp_outcome", "datamodules", "models", "explain")


@cache
def code_version() -> str:
    """Return the package version, with the commit when run from a checkout.

    Code that is not committed is told apart by the first letters of its SHA-256 sum.
    """
    if not code_commit():
        return lbp_outcome.__version__
    described = _git("describe", "--always", "--dirty")
    changed = f".{_sum_of_code()[:8]}" if described.endswith("-dirty") else ""
    return f"{lbp_outcome.__version__}+{described}{changed}"


@cache
def code_commit() -> str:
    """Return the commit of this package's own checkout, or nothing without one."""
    # installed below somebody else's checkout, their commit would be no answer
    ours = _git("ls-files", "--error-unmatch", "__init__.py")
    return _git("rev-parse", "HEAD") if ours else ""


def study_id(provenance: Mapping[str, str]) -> str:
    """Return a name for what gives the same numbers: one plan, data and code."""
    parts = (provenance[k] for k in ("plan_sha256", "data_sha256", "code_version"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def environment() -> str:
    """Return the Python version and every installed package with its version."""
    found = {
        dist.metadata["Name"]: dist.version
        for dist in importlib.metadata.distributions()
        if dist.metadata["Name"]
    }
    lines = [f"{name}=={found[name]}" for name in sorted(found, key=str.lower)]
    return f"# Python {platform.python_version()}\n" + "\n".join(lines) + "\n"


def _sum_of_code() -> str:
    home, digest = Path(lbp_outcome.__file__).parents[1], hashlib.sha256()
    for package in PACKAGES:
        for file in sorted((home / package).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _git(*words: str) -> str:
    here = Path(lbp_outcome.__file__).parent
    try:
        return subprocess.run(
            ["git", "-C", str(here), *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
