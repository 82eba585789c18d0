"""Every problem of a cohort folder, gathered before anything is said."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Problems:
    """A list of problems in words, each with its file, line and column.

    Attributes:
        root: Folder that file names are shown relative to.
    """

    root: Path
    _found: list[str] = field(default_factory=list)

    def add(
        self,
        file: Path,
        what: str,
        *,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        """Note one problem: `participants.tsv line 3, age = 7: must be >= 18`."""
        place = self._shown(file)
        if line is not None:
            place += f" line {line}"
        if column is not None:
            place += f", {column}" + (f" = {value}" if value is not None else "")
        self._found.append(f"{place}: {what}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def _shown(self, file: Path) -> str:
        if file.is_relative_to(self.root):
            return file.relative_to(self.root).as_posix()
        return file.name
