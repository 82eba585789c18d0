"""Every fit of a study, on every core; what was finished before is not done again."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from lbp_outcome.errors import LbpError
from lbp_outcome.study.fitting.refit import Refit, Refitted, finished, refit
from lbp_outcome.view import CohortView
from lbp_outcome.workers import worker_processes
from models import MODELS

FEW = 40
"""Below this many fits of tables, starting processes costs more than it saves."""


def refit_all(
    works: Sequence[Refit],
    view: CohortView,
    folder: Path,
    *,
    processes: int | None = None,
    doing: str = "Validating",
) -> Iterator[tuple[Refit, Refitted]]:
    """Yield every piece of work with its result, in the order given.

    Args:
        works: What to fit.
        view: The patients.
        folder: Where finished work is kept.
        processes: How many fits at a time; all cores by default.
        doing: What the progress bar says.

    Raises:
        LbpError: A model cannot be fitted to these patients.
    """
    found = {work.key: finished(work, folder) for work in works}
    left = [work for work in works if found[work.key] is None]
    with tqdm(total=len(works), desc=doing, delay=2) as bar:
        fresh = _fitted(left, view, folder, _workers(left, processes))
        for work in works:
            yield work, found[work.key] or next(fresh)
            bar.update()


def _fitted(
    works: Sequence[Refit], view: CohortView, folder: Path, workers: int
) -> Iterator[Refitted]:
    if workers < 2:
        for work in works:
            yield refit(work, view, folder)
        return
    with worker_processes(workers, start=_remember, given=(view, folder)) as pool:
        yield from pool.map(_refit_here, works)


def _workers(works: Sequence[Refit], processes: int | None) -> int:
    """One process where more gain nothing, or where they would share one GPU."""
    networks = any(MODELS[work.model.method].sees_images for work in works)
    if len(works) < 2 or (not networks and len(works) < FEW) or (networks and _gpu()):
        return 1
    return min(processes or os.cpu_count() or 1, len(works))


def _gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


_HERE: dict[str, tuple[CohortView, Path]] = {}
"""The patients and the folder, sent to each process once."""


def _remember(view: CohortView, folder: Path) -> None:
    _HERE["study"] = view, folder


def _refit_here(work: Refit) -> Refitted:
    try:
        return refit(work, *_HERE["study"])
    except LbpError as error:
        # crosses a process border, so only a plain message travels
        raise LbpError(str(error)) from None
