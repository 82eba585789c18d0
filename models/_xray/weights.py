"""Weights of the X-ray readers: written with a manifest, read only if they match it."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load, save

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.io.atomic import atomic_file
from models._levels.weights import MANIFEST, WEIGHTS, read_manifest
from models._xray.reading import FilmReader, architecture

VIEWS = ("lateral", "frontal")


def weights_name(view: str) -> str:
    """Return the file name of the weights that read films of one view."""
    return f"xray_{view}.safetensors"


def read_reader(view: str, folder: Path = WEIGHTS) -> FilmReader:
    """Return the reader of films of one view, with the weights in a folder.

    Raises:
        UnreadableFile: The weights or their manifest are missing, damaged or altered,
            or made for another architecture; names the file.
    """
    path = folder / weights_name(view)
    entry = _entry(folder, path.name)
    content = _content(path)
    if hashlib.sha256(content).hexdigest() != entry.get("sha256"):
        raise UnreadableFile(
            f"{path.name}: altered or damaged since it was made: its SHA-256 sum is "
            f"not that in {MANIFEST}; install the package again"
        )
    reader = FilmReader(view)
    other = UnreadableFile(
        f"{path.name}: these weights are of another architecture "
        f"({entry.get('architecture')}) than {architecture(view)}"
    )
    if entry.get("architecture") != architecture(view):
        raise other
    try:
        reader.load_state_dict(load(content))
    except (SafetensorError, RuntimeError):
        raise other from None
    return reader.eval()


def write_reader(
    reader: FilmReader, folder: Path, *, command: str, figures: Mapping[str, object]
) -> Path:
    """Write the weights of a reader and their entry in the manifest beside them.

    Args:
        reader: What was trained.
        folder: Folder of weights; entries of other files are kept.
        command: The command that makes these weights.
        figures: What they reach on spines they never saw.
    """
    path = folder / weights_name(reader.view)
    content = save({name: t.contiguous() for name, t in reader.state_dict().items()})
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)
    manifest = folder / MANIFEST
    others = read_manifest(manifest) if manifest.exists() else ()
    entries = [dict(entry) for entry in others if entry.get("file") != path.name]
    entry = {
        "file": path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "architecture": architecture(reader.view),
        "command": command,
        "figures": dict(figures),
    }
    text = json.dumps([*entries, entry], indent=1, allow_nan=False) + os.linesep
    with atomic_file(manifest) as temporary:
        temporary.write_text(text, "utf-8")
    return path


def _entry(folder: Path, name: str) -> Mapping[str, Any]:
    for entry in read_manifest(folder / MANIFEST):
        if entry.get("file") == name:
            return entry
    raise UnreadableFile(f"{folder / MANIFEST}: has no entry for {name}")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise UnreadableFile(f"{path}: there is no such file") from None
