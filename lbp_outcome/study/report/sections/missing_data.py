"""What is missing, of how many patients, and why."""

from collections import Counter

import numpy as np

from lbp_outcome.study.report.page import Block, Cell, Section, Table, Text, count
from lbp_outcome.study.report.studied import Studied
from lbp_outcome.view import Predictor


def missing_data(studied: Studied) -> Section:
    """Return how often each predictor is missing, with the reasons."""
    return Section(
        anchor="missing-data", title="Missing data", blocks=tuple(_blocks(studied))
    )


def _blocks(studied: Studied) -> list[Block]:
    view = studied.data.view
    gaps = np.isnan(view.table)
    complete = int((~gaps.any(axis=1)).sum())
    blocks: list[Block] = [
        Text(
            text=f"{complete} of {len(view)} analysed patients have every predictor. "
            "Nobody is left out for a missing predictor: each model deals with it in "
            "its own way, learned from its training patients only. Patients without a "
            "known outcome are left out (see the flow above)."
        )
    ]
    lacking = [
        (predictor, int(number))
        for predictor, number in zip(view.predictors, gaps.sum(axis=0), strict=True)
        if number
    ]
    if lacking:
        blocks.append(_table(studied, lacking))
    return blocks


def _table(studied: Studied, lacking: list[tuple[Predictor, int]]) -> Table:
    patients = len(studied.data.view)
    whole = len(studied.data.view.predictors) - len(lacking)
    return Table(
        caption=f"Predictors that are missing in some of {patients} patients",
        columns=("Predictor", "Missing", "Share", "Why"),
        rows=tuple(
            (
                Cell(text=predictor.description or predictor.name),
                Cell(text=count(number)),
                Cell(text=_share(number, patients)),
                Cell(text=_why(studied, predictor.name)),
            )
            for predictor, number in sorted(lacking, key=lambda item: -item[1])
        ),
        notes=(f"The other {whole} predictors are complete.",) if whole else (),
    )


def _share(number: int, patients: int) -> str:
    shown = count(number) == str(number)
    return f"{100 * number / patients:.0f} %" if shown else ""


def _why(studied: Studied, predictor: str) -> str:
    reasons = studied.data.features.reasons
    given = Counter(
        reasons[patient, predictor]
        for patient in studied.data.view.patients
        if (patient, predictor) in reasons
    )
    if len(given) == 1:
        return next(iter(given))
    return "; ".join(f"{why} ({count(n)})" for why, n in given.most_common())
