"""Scans that were read before, kept beside the cohort they belong to."""

import hashlib
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from lbp_outcome.anatomy import Disc
from lbp_outcome.cohort.code_sum import code_sum
from lbp_outcome.cohort.content_sums import ContentSums
from lbp_outcome.cohort.scan import Scan
from lbp_outcome.cohort.stored_scan import PAGE, open_scan, write_scan
from lbp_outcome.errors import UnreadableFile
from lbp_outcome.examination import Person
from lbp_outcome.io.atomic import write_text
from lbp_outcome.patient_files import PatientFiles

PLACE = Path("derivatives") / "lbp-cache"
"""Where a cohort keeps its scans; may be deleted at any time when nothing runs."""

LARGEST_BYTES = 10 * 2**30
"""All scans of a cohort take no more than this."""

IN_USE_S = 86_400.0
"""A scan that was opened less than this long ago is never dropped for room [s]."""

UNFINISHED = ".writing-"
"""How names of folders begin that are being written, or that a kill left behind."""

ABOUT = {
    "Name": "Images as networks see them, kept by lbp-outcome",
    "BIDSVersion": "1.9.0",
    "DatasetType": "derivative",
    "GeneratedBy": [{"Name": "lbp-outcome"}],
    "Description": "Read and written by the software alone; may be deleted.",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is read of one patient: all that the answer depends on beside the code.

    Attributes:
        files: The patient's files.
        levels: Discs of which a network wants a crop.
        names: Measurements to take.
        person: Age, sex and body mass index, if known.
        whole: Whether the whole MR volume and the frontal film are wanted.
    """

    files: PatientFiles
    levels: tuple[Disc, ...]
    names: frozenset[str]
    person: Person | None = None
    whole: bool = False


@dataclass(frozen=True)
class ScanCache:
    """The scans of one cohort that were read before.

    An entry is found by the SHA-256 sum over the contents of all files of a patient,
    over what was asked, and over the code that answers (`code_sum`). A changed file,
    another question or other code therefore finds nothing, and never something else.
    What is trusted is said at `ContentSums`. An entry is checked byte by byte whenever
    it is opened; a damaged one is dropped and made again. Entries appear whole or not
    at all and never change, so that any number of processes may share them. No name of
    a file tells of a patient.

    Attributes:
        cohort: The cohort folder.
    """

    cohort: Path

    @property
    def folder(self) -> Path:
        """Where the entries lie."""
        return self.cohort / PLACE

    @cached_property
    def _sums(self) -> ContentSums:
        return ContentSums(self.cohort, self.folder / "sums")

    def prepare(self) -> bool:
        """Make room; return whether scans can be kept here at all.

        Where nothing can be written (a cohort on a read-only disk), one line of the
        log says so and everything works as without a cache.
        """
        try:
            write_text(self.folder / "dataset_description.json", json.dumps(ABOUT))
            self._make_room()
        except (OSError, ValueError):
            log.warning("%s: not writable, so scans are read anew", PLACE)
            return False
        return True

    def key(self, asked: Asked) -> str:
        """Return the sum that an answer is found by.

        Raises:
            OSError: A file of the patient cannot be read.
        """
        frontal = asked.files.frontal if asked.whole else None
        everything = [self._described(asked), self._described(frontal), code_sum()]
        return hashlib.sha256(json.dumps(everything).encode()).hexdigest()

    def get(self, key: str) -> Scan | None:
        """Return the scan of this key, or None where there is none that is sound."""
        entry = self.folder / key
        if not entry.is_dir():
            return None
        try:
            scan = open_scan(entry)
        except UnreadableFile as error:
            log.warning("%s", error)
            self._drop(entry)
            return None
        _touch(entry)
        return scan

    def put(self, key: str, scan: Scan) -> Scan:
        """Keep a scan and return it as it is opened from now on.

        Where there is no room for it, it is returned as it is.
        """
        making = self._new_name()
        try:
            making.mkdir(parents=True)
            write_scan(making, scan)
            if self._make_room(for_bytes=_size(making)):
                _rename(making, self.folder / key)
                return self.get(key) or scan
        except OSError as error:
            log.warning("%s: a scan was not kept (%s)", PLACE, error.strerror)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return scan

    def _described(self, value: object) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, Path):
            return [os.path.relpath(value, self.cohort), *self._content(value)]
        if is_dataclass(value):
            names = [field.name for field in fields(value)]
            return [[name, self._described(getattr(value, name))] for name in names]
        if isinstance(value, frozenset):
            return sorted(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [self._described(item) for item in value]
        return value

    def _content(self, path: Path) -> list[str]:
        """The sums of a file, and of the page beside it that states an X-ray's size."""
        beside = path.with_name(f"{path.name.partition('.')[0]}.json")
        there = [path, beside] if beside.is_file() else [path]
        return [self._sums.of(each) for each in there]

    def _make_room(self, for_bytes: int = 0) -> bool:
        """Drop what was not used for longest until all fits; return whether it does."""
        entries = [e for e in self.folder.iterdir() if e.is_dir() and e.name != "sums"]
        sizes, now = {entry: _size(entry) for entry in entries}, time.time()
        total = sum(sizes.values()) + for_bytes
        for entry in sorted(entries, key=_last_used):
            unfinished = entry.name.startswith(UNFINISHED)
            unused = now - _last_used(entry) > IN_USE_S
            if unused and (unfinished or total > LARGEST_BYTES):
                self._drop(entry)
                total -= sizes[entry]
        return total <= LARGEST_BYTES

    def _new_name(self) -> Path:
        return self.folder / f"{UNFINISHED}{secrets.token_hex(8)}"

    def _drop(self, entry: Path) -> None:
        """Remove an entry as a whole: nobody finds half of it."""
        aside = self._new_name()
        try:
            entry.rename(aside)
        except OSError:
            return  # another process was first
        shutil.rmtree(aside, ignore_errors=True)


def _rename(making: Path, entry: Path) -> None:
    """Give a finished entry its name, unless another process was first."""
    try:
        making.rename(entry)
    except OSError:
        if not entry.is_dir():
            raise


def _touch(entry: Path) -> None:
    """Note that an entry was used; whoever may only read need not."""
    try:
        os.utime(entry / PAGE)
    except OSError:
        return


def _last_used(entry: Path) -> float:
    try:
        return (entry / PAGE).stat().st_mtime
    except OSError:
        return entry.stat().st_mtime if entry.exists() else 0.0


def _size(entry: Path) -> int:
    try:
        return sum(path.stat().st_size for path in entry.iterdir())
    except OSError:
        return 0  # another process dropped it
