"""Processes that work on patients side by side."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from lbp_outcome.errors import LbpError


@contextmanager
def worker_processes(
    workers: int,
    *,
    start: Callable[..., None] | None = None,
    given: tuple[Any, ...] = (),
) -> Iterator[ProcessPoolExecutor]:
    """Start processes that compute on one thread each, and stop them in any case.

    They do not hear Ctrl-C: what a worker is at is finished, then all stop.

    Args:
        workers: How many.
        start: Called in each process before its first task.
        given: What it is called with; sent to each process once.
    """
    # "spawn": a forked copy of a process that has loaded torch may hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=start, initargs=given
    )
    try:
        with _single_threaded(), _without_ctrl_c():
            pool.submit(os.getpid)  # the first task starts every process
        yield pool
    except BrokenProcessPool:
        raise LbpError(
            "a worker process died: call this under `if __name__ == '__main__':`, "
            "give processes=1, or free some memory."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Hold Ctrl-C back; processes that are started now never hear it.

    A worker that dies of it would have the others killed in the middle of a file.
    """
    resource_tracker.ensure_running()  # its start would let Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Keep the linear algebra of child processes from fighting for the cores."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
