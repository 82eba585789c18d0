"""SHA-256 sums of image files, worked out anew only for files that were touched."""

import hashlib
import json
import os
import time
from pathlib import Path

from lbp_outcome.io.atomic import write_text
from lbp_outcome.io.manifest import sha256

SMALL = 65_536
"""Files up to this size are summed every time [bytes]: a note would cost as much."""

TICK_S = 2.0
"""A file changed less than this long ago may change again in the same tick [s]."""


class ContentSums:
    """The sums of the files of one cohort, with notes of those known already.

    A note is trusted only while the file has the size, the time of its last
    modification and the time of its last status change that it had when it was summed.
    The latter is set by the system at every write and rename and cannot be set back,
    so a file rewritten under its old date is summed again. A copy of a cohort has other
    times and is summed again too; its contents, and so its sums, are the same. Files
    changed within the last two seconds get no note.

    Args:
        cohort: The cohort folder.
        notes: Folder to keep notes in; they are named by a sum over the file's name.
    """

    def __init__(self, cohort: Path, notes: Path) -> None:
        self.cohort, self.notes = cohort, notes

    def of(self, path: Path) -> str:
        """Return the SHA-256 sum of a file.

        Raises:
            OSError: There is no such file, or it is a folder.
        """
        state = _state(path)
        if state[0] <= SMALL:
            return sha256(path)
        note = self.notes / f"{self._hidden_name(path)}.json"
        known = _read(note)
        if known is not None and known[0] == state:
            return known[1]
        return self._summed(path, state, note)

    def _summed(self, path: Path, state: list[int], note: Path) -> str:
        began, content = time.time(), sha256(path)
        if began - max(state[1:]) / 1e9 > TICK_S and _state(path) == state:
            write_text(note, json.dumps({"state": state, "sha256": content}))
        return content

    def _hidden_name(self, path: Path) -> str:
        inside = os.path.relpath(path, self.cohort)
        return hashlib.sha256(inside.encode()).hexdigest()[:32]


def _state(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _read(note: Path) -> tuple[list[int], str] | None:
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        state, sum_ = content["state"], content["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    valid = isinstance(state, list) and isinstance(sum_, str)
    return (state, sum_) if valid else None
