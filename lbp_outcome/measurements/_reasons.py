"""Why measurements have no value, each reason told once."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lbp_outcome.records import Measurement

LEVEL_NAME = re.compile(
    r"\b[CTLS]\d{1,2}(?:-[CTLS]\d{1,2})?\b(?! (?:and T2|signal|image))"
)
"""A level, not the weighting of an image."""

DOTS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some measurements have no value.

    Attributes:
        text: The reason; dots stand for the level.
        levels: The levels it holds for; nothing where it names none.
        names: The measurements.
    """

    text: str
    levels: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The reason with its levels, without the measurements."""
        if len(self.levels) == 1:
            return self.text.replace(DOTS, self.levels[0])
        return f"{self.text} ({', '.join(self.levels)})" if self.levels else self.text


def grouped_reasons(measurements: Iterable[Measurement]) -> tuple[Reason, ...]:
    """Return why measurements have no value, the most frequent reason first.

    Reasons that differ in nothing but the level are one.
    """
    names: dict[str, list[str]] = defaultdict(list)
    levels: dict[str, list[str]] = defaultdict(list)
    for item in measurements:
        if item.value is None:
            text = LEVEL_NAME.sub(DOTS, item.reason)
            names[text].append(item.name)
            levels[text] += LEVEL_NAME.findall(item.reason)[:1]
    found = [
        Reason(
            text=text,
            levels=tuple(dict.fromkeys(levels[text])),
            names=tuple(dict.fromkeys(names[text])),
        )
        for text in names
    ]
    return tuple(sorted(found, key=lambda reason: -len(names[reason.text])))
