"""A folder of files with their SHA-256 sums, checked before anything is loaded."""

import hashlib
import json
from pathlib import Path

from lbp_outcome.errors import UnreadableFile

MANIFEST = "MANIFEST.json"


def write_manifest(folder: Path) -> None:
    """Note the SHA-256 sum of every file of a folder."""
    sums = {name: sha256(folder / name) for name in _files(folder)}
    text = json.dumps(sums, indent=2, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def check_manifest(folder: Path) -> None:
    """Refuse a folder in which a file was changed, added or lost.

    Raises:
        UnreadableFile: The folder differs from its manifest; names the first file.
    """
    try:
        sums = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        what = f"{folder.name}: {MANIFEST} is absent or damaged"
        raise UnreadableFile(what) from None
    for name in sorted({*sums, *_files(folder)}):
        path = folder / name
        if not path.is_file() or sums.get(name) != sha256(path):
            raise UnreadableFile(
                f"{folder.name}: {name} is not the file that was saved; do not use "
                "this model, and save it again from its study"
            )


def sha256(path: Path) -> str:
    """Return the SHA-256 sum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    names = (path.relative_to(folder).as_posix() for path in found)
    return sorted(name for name in names if name != MANIFEST)
