"""The shipped weights of the level encoder: read only if they are what they claim."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load

from lbp_outcome.errors import UnreadableFile
from models._levels.encoder import ARCHITECTURE, LevelEncoder

WEIGHTS = Path(__file__).parents[1] / "weights"
"""Folder of all shipped weights and of their manifest."""

FILE = "level_encoder.safetensors"
MANIFEST = "MANIFEST.json"


def shipped_encoder(sha256: str | None = None) -> LevelEncoder:
    """Return the shipped level encoder, ready to look.

    Args:
        sha256: What a saved model was fitted with; None for whatever is shipped.

    Raises:
        UnreadableFile: The weights are missing or altered, of another architecture, or
            not those the model was fitted with.
    """
    shipped = shipped_sha256()
    if sha256 not in (None, shipped):
        raise UnreadableFile(
            f"{FILE}: the model was fitted with other weights ({sha256[:12]}...) than "
            f"those shipped here ({shipped[:12]}...); install the version it was "
            f"fitted with, or fit it again."
        )
    return read_encoder(WEIGHTS / FILE)


@cache
def shipped_sha256() -> str:
    """Return the SHA-256 sum that the manifest gives for the shipped weights."""
    return str(_entry(WEIGHTS / FILE)["sha256"])


@cache
def read_encoder(path: Path) -> LevelEncoder:
    """Return the encoder whose weights lie in a file named in the manifest beside it.

    Raises:
        UnreadableFile: The file or its manifest is missing, the file's SHA-256 sum is
            not the manifest's, or it holds another architecture.
    """
    entry = _entry(path)
    if entry["architecture"] != ARCHITECTURE:
        raise UnreadableFile(
            f"{path.name}: holds a {entry['architecture']}, this is a {ARCHITECTURE}."
        )
    try:
        content = path.read_bytes()
    except OSError:
        raise UnreadableFile(f"{path}: there is no such file.") from None
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise UnreadableFile(
            f"{path.name}: altered or damaged since it was made: its SHA-256 sum is "
            f"not the one in {MANIFEST}; install the package again."
        )
    encoder = LevelEncoder()
    try:
        encoder.load_state_dict(load(content))
    except (RuntimeError, SafetensorError):
        raise UnreadableFile(
            f"{path.name}: its weights do not fit a {ARCHITECTURE}."
        ) from None
    return encoder.requires_grad_(False).eval()


def _entry(path: Path) -> Mapping[str, Any]:
    entries = read_manifest(path.parent / MANIFEST)
    found = [entry for entry in entries if entry.get("file") == path.name]
    if len(found) != 1 or not {"sha256", "architecture"} <= set(found[0]):
        raise UnreadableFile(f"{MANIFEST}: has no proper entry for {path.name}.")
    return found[0]


def read_manifest(path: Path) -> Sequence[Mapping[str, Any]]:
    """Return the entries of a manifest of weights.

    Raises:
        UnreadableFile: It is missing or is no list of entries.
    """
    try:
        entries = json.loads(Path(path).read_text("utf-8"))
    except OSError:
        raise UnreadableFile(f"{path}: there is no such file.") from None
    except ValueError:
        raise UnreadableFile(f"{path}: damaged, no proper JSON.") from None
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise UnreadableFile(f"{path}: must be a list of entries, one per file.")
    return entries
