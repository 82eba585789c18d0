"""Errors that tell the reader what is wrong, where, and what to do next.

Every error raised on purpose is an `LbpError`: the command line prints its message
as one line and exits with code 2. No message ever carries a patient's identity
beyond the pseudonym used in the cohort folder.
"""

import difflib
from collections.abc import Iterable, Sequence


class LbpError(Exception):
    """Base of every error this toolkit raises on purpose."""


class NotMeasurable(LbpError):
    """A measurement does not apply to this scan; the message says why."""


class UnreadableFile(LbpError, ValueError):
    """A file is absent, truncated, or not what its name says."""


class GeometryMismatch(LbpError, ValueError):
    """Two images that must lie on the same voxels do not."""


class UnknownLabel(LbpError, ValueError):
    """A segmentation holds labels that its scheme does not define."""


class IncompleteQuestionnaire(LbpError):
    """Too many answers are missing for a valid score."""


class InvalidAnswer(LbpError, ValueError):
    """An answer is not one of the choices printed on the form."""


class InvalidChoice(LbpError, ValueError):
    """A setting contradicts itself or the data; the message names both sides."""


class CohortError(LbpError, ValueError):
    """A cohort folder breaks its data dictionary.

    Attributes:
        problems: Every problem found, one sentence each.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - 1
        rest = f" (and {more} more; `lbp check` lists them all)" if more else ""
        super().__init__(f"{self.problems[0]}{rest}")


class UnknownName(LbpError, KeyError):
    """No item on the shelf has this name; the message offers the nearest."""

    __str__ = Exception.__str__  # KeyError would print the message in quotes

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"No {kind} is named {name!r}.{suggestion(name, known)}")


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known name, or the list of all of them.

    >>> suggestion("disc_heigth_mm", ["disc_height_mm", "cobb_deg"])
    " Did you mean 'disc_height_mm'?"
    >>> suggestion("xyz", ["cobb_deg"])
    ' Known: cobb_deg.'
    """
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f" Did you mean {close[0]!r}?"
    return f" Known: {', '.join(known)}."
