"""A sum over everything that turns images into numbers: this software, and others."""

import hashlib
import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import lbp_outcome

ABOVE = ("cli", "tool", "doctor", "grading", "study", "features", "sheet")
"""Parts that only use what was read off images, and so cannot change it."""

LIBRARIES = (
    "connected-components-3d",
    "edt",
    "nibabel",
    "numpy",
    "pillow",
    "pydicom",
    "scikit-image",
    "scikit-learn",
    "scipy",
    "SimpleITK",
)


@cache
def code_sum() -> str:
    """Return a SHA-256 sum that changes whenever the code that reads images does.

    It covers the text of every module (and table) of this package, but for the parts
    above the cohort, and the versions of the numerical libraries. A version number
    written by hand would be forgotten one day; this one cannot be.
    """
    folder = Path(lbp_outcome.__file__).parent
    digest = hashlib.sha256(repr(_surroundings()).encode())
    for path in _files(folder):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    parts = [path for path in folder.iterdir() if path.stem not in ABOVE]
    found = [path for part in parts for path in (part, *part.rglob("*"))]
    return sorted(p for p in found if p.is_file() and p.suffix != ".pyc")


def _surroundings() -> tuple[object, ...]:
    versions = [(library, _version(library)) for library in LIBRARIES]
    return (platform.python_version(), platform.machine(), versions)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
