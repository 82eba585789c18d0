"""A progress bar for anything that takes longer than two seconds."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Thing = TypeVar("Thing")


def progress(
    things: Iterable[Thing], doing: str, total: int | None = None
) -> Iterator[Thing]:
    """Iterate with a bar on standard error that appears after two seconds."""
    return iter(
        tqdm(things, desc=doing, total=total, delay=2, file=sys.stderr, leave=True)
    )
