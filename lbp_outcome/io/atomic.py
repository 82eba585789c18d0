"""Files that appear whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lbp_outcome.errors import InvalidChoice


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yield a path to write to; it becomes `path` only if nothing went wrong.

    The temporary name keeps the ending (`.nii.gz`), by which writers choose a format.

    Raises:
        InvalidChoice: No file can be written there.
    """
    path = Path(path)
    require_place(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path.parent, "".join(path.suffixes[-2:]))
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def require_place(path: Path) -> None:
    """Refuse a file that could not be written, before anything is worked out for it.

    Nothing is left behind: a folder that is missing is made when the file is written.

    Raises:
        InvalidChoice: It is a folder, or its folder cannot be made or written to.
    """
    if path.is_dir():
        raise InvalidChoice(f"{path}: this is a folder; give the name of a file")
    try:
        trial = _temporary(next(f for f in path.absolute().parents if f.exists()))
        trial.touch()
        trial.unlink()
    except OSError as error:
        why = (error.strerror or "no access").lower()
        raise InvalidChoice(
            f"{path}: nothing can be written there ({why}); choose another folder"
        ) from None


@contextmanager
def atomic_folder(path: Path, *, holds: str) -> Iterator[Path]:
    """Yield an empty folder to fill; it becomes `path` only if nothing went wrong.

    Args:
        path: The folder to make. One that an earlier run made is replaced.
        holds: A file that every such folder holds. A folder without it is somebody
            else's, and is left alone.

    Raises:
        InvalidChoice: The folder exists and was not made by an earlier run.
    """
    path = Path(path)
    if path.exists() and not (path / holds).is_file() and _occupied(path):
        raise InvalidChoice(
            f"{path}: this exists and holds other things; choose a new folder"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path.parent)
    try:
        temporary.mkdir()
        yield temporary
        if path.exists():
            shutil.rmtree(path)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _occupied(path: Path) -> bool:
    return not path.is_dir() or any(path.iterdir())


def write_text(path: Path, text: str) -> None:
    """Write a text file as a whole."""
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _temporary(folder: Path, ending: str = "") -> Path:
    """A new name, not yet a file: an interrupt in between has nothing to leave."""
    return folder / f".writing-{secrets.token_hex(8)}{ending}"


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
