"""Making a folder ours: its descriptions say that it is simulated, and with what."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lbp_outcome.errors import InvalidChoice
from lbp_outcome.io.atomic import write_text
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.settings import Settings

DESCRIPTION = "dataset_description.json"
BIDS_VERSION = "1.10.0"


def claim(out: Path, settings: Settings) -> None:
    """Write the settings into a new folder, or compare them with those it has."""
    if out.exists() and not out.is_dir():
        raise InvalidChoice(f"{out} is a file; name a folder to simulate into.")
    if (out / DESCRIPTION).exists():
        _require_same(out, settings)
        _sweep(out)
    elif out.exists() and any(out.iterdir()):
        raise InvalidChoice(f"{out} holds other files; name an empty or a new folder.")
    _describe(out, settings)


def _require_same(out: Path, settings: Settings) -> None:
    found, wanted = _settings_of(out / DESCRIPTION), asdict(settings)
    different = [key for key in wanted if found.get(key) != wanted[key]]
    if different:
        first = different[0]
        raise InvalidChoice(
            f"{out} was simulated with {first} = {found.get(first, 'unknown')}, not "
            f"{wanted[first]}; name another folder, or delete this one."
        )


def _settings_of(description: Path) -> dict[str, Any]:
    try:
        content = json.loads(description.read_text(encoding="utf-8"))
        settings: dict[str, Any] = content["GeneratedBy"][0]["Settings"]
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        raise InvalidChoice(
            f"{description.parent} is not a simulated cohort; name another folder."
        ) from None
    return settings


def _describe(out: Path, settings: Settings) -> None:
    """Say in every dataset of the folder that it is simulated, and how."""
    raw = {"Name": "Simulated lumbar stenosis cohort", "DatasetType": "raw"}
    _write_description(out, raw, settings)  # first: from now on the folder is ours
    derivatives = out / "derivatives"
    _write_description(derivatives / "truth", _truth_description(), settings)
    if not settings.tables_only:
        for name, described in _MASKS.items():
            about = {"Name": name, "DatasetType": "derivative", **described}
            _write_description(derivatives / name, about, settings)
    if not (out / "README").exists():
        write_text(out / "README", _README)


_MASKS = {
    "labels": {"LabelScheme": "spider", "LowestVertebra": "L5"},
    "spineps": {"LabelScheme": "spineps"},
    "musclemap": {"LabelScheme": "musclemap"},
}
"""The folders of masks; where L5 is not the lowest, a mask's own sidecar says so."""


def _truth_description() -> dict[str, Any]:
    structures = {
        str(part.value): part.name.lower().replace("_", " ")
        + (" + count from the lowest vertebra" if part >= Part.BODY else "")
        for part in Part
    }
    return {
        "Name": "truth of the simulation; never read by a study",
        "DatasetType": "derivative",
        "Truth": True,
        "Structures": structures,
    }


def _write_description(
    folder: Path, description: dict[str, Any], settings: Settings
) -> None:
    if (folder / DESCRIPTION).exists():
        return
    generated = {
        "Name": "lbp-outcome simulate",
        "Version": settings.version,
        "Settings": asdict(settings),
    }
    simulated = {
        "BIDSVersion": BIDS_VERSION,
        "Simulated": True,
        "GeneratedBy": [generated],
    }
    text = json.dumps(description | simulated, indent=2)
    write_text(folder / DESCRIPTION, text + "\n")


_README = """SIMULATED patients: no person in this folder exists.

Written by lbp-outcome to test a prediction pipeline whose right answer is known. Models
trained on it say nothing about real patients. What was planted, and the probability of
success that a perfect model would give, is in derivatives/truth and must not be shown
to a model.
"""


def _sweep(out: Path) -> None:
    """Remove what a killed process left half-written."""
    for place in (out, *(out / "derivatives").glob("*"), out / "phenotype"):
        for leftover in place.glob(".writing-*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)
