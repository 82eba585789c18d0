"""Lightning without its announcements."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

ADVICE = (
    ".*does not have many workers",  # a few patients fit in memory
    ".*no `val_dataloader`. Skipping val loop",  # too few patients to set any aside
    ".*LeafSpec.* is deprecated",  # Lightning's own use of torch
    ".*in eval mode at the start of training",  # a frozen encoder is meant to be
    ".*recommended to use .*sync_dist=True",  # all see the same patients set aside
)
"""Warnings of Lightning that a user can do nothing about."""


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Lightning's announcements, and a few of its warnings by their words."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            for advice in ADVICE:
                warnings.filterwarnings("ignore", advice)
            yield
    finally:
        logger.setLevel(level)
