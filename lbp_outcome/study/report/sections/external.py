"""The final models in patients of another cohort."""

from collections.abc import Iterator

from lbp_outcome.statistics.external import Calibrated, ExternalPerformance
from lbp_outcome.study.findings.external import ExternalCohort
from lbp_outcome.study.findings.measures import CONTINUOUS
from lbp_outcome.study.report.page import Block, Cell, Section, Table, Text, number
from lbp_outcome.study.report.studied import Studied

NO_SLOPE = Cell(text="\N{EN DASH}", detail="all predictions alike")
STAGES = (
    ("as_it_is", "as it is"),
    ("new_intercept", "new intercept"),
    ("new_intercept_and_slope", "new intercept and slope"),
)


def external(studied: Studied) -> Section:
    """Return every model in every other cohort, before and after recalibration."""
    blocks = tuple(_blocks(studied))
    return Section(
        anchor="external",
        title="In other cohorts",
        blocks=blocks
        or (
            Text(
                text="No other cohort was named in the plan. Performance elsewhere is "
                "unknown until it is measured there."
            ),
        ),
    )


def _blocks(studied: Studied) -> Iterator[Block]:
    for cohort in studied.results.external:
        kind = "simulated" if cohort.simulated else "real"
        yield Text(
            text=f"Cohort “{cohort.name}”: {cohort.patients} {kind} patients with a "
            "known outcome, predicted by the models that were fitted to all patients "
            "of this study."
        )
        yield _table(studied, cohort)
    if studied.results.external and studied.binary:
        yield Text(text=REMARK, soft=True)


REMARK = (
    "Only the rows “as it is” are external validation. A recalibration shifts (and "
    "stretches) the log-odds; it was learned in other patients of the same cohort, so "
    "the recalibrated model needs yet another cohort to be validated in. Recalibration "
    "does not change the AUC."
)


def _table(studied: Studied, cohort: ExternalCohort) -> Table:
    if not studied.binary:
        return _continuous(studied, cohort)
    rows: list[tuple[Cell, ...]] = []
    for name, found in cohort.performance.items():
        assert isinstance(found, ExternalPerformance)
        rows.append((Cell(text=f"{name}: AUC {found.auc.shown()}"),))
        ranks = found.as_it_is.calibration_slope.value is not None
        rows += [
            _stage(words, getattr(found, attribute), ranks)
            for attribute, words in STAGES
        ]
    return Table(
        caption=f"Each model in “{cohort.name}”, with 95 % interval",
        columns=(
            "Probabilities",
            "Calibration slope",
            "Calibration intercept",
            "Brier score",
            "Scaled Brier",
        ),
        rows=tuple(rows),
    )


def _stage(words: str, found: Calibrated, ranks: bool) -> tuple[Cell, ...]:
    """Show one stage; a model that ranks nobody gets no slope by recalibration."""
    return (
        Cell(text=words),
        number(found.calibration_slope) if ranks else NO_SLOPE,
        number(found.calibration_intercept),
        number(found.brier, 3),
        number(found.scaled_brier),
    )


def _continuous(studied: Studied, cohort: ExternalCohort) -> Table:
    return Table(
        caption=f"Each model in “{cohort.name}”, with 95 % interval",
        columns=(
            "Model",
            *(
                m.heading + (f" [{studied.unit}]" if m.key == "mae" else "")
                for m in CONTINUOUS
            ),
        ),
        rows=tuple(
            (
                Cell(text=name),
                *(number(getattr(found, m.key), m.digits) for m in CONTINUOUS),
            )
            for name, found in cohort.performance.items()
        ),
    )
