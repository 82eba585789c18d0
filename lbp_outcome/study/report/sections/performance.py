"""How well the models predict patients they had not seen."""

from collections.abc import Iterator

from lbp_outcome.errors import NotMeasurable
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.external import ExternalPerformance
from lbp_outcome.statistics.precision_recall import precision_recall_curve
from lbp_outcome.statistics.roc_curve import roc_curve
from lbp_outcome.study.findings.measures import BINARY, CONTINUOUS
from lbp_outcome.study.report.drawing.forest import forest_figure
from lbp_outcome.study.report.drawing.house import as_png
from lbp_outcome.study.report.drawing.ranking import ranking_figure
from lbp_outcome.study.report.page import (
    Block,
    Cell,
    Picture,
    Section,
    Table,
    Text,
    number,
    reasons,
)
from lbp_outcome.study.report.studied import Studied

LOWEST_AUC = 0.45
"""Where the axis of AUCs begins, unless an interval reaches lower."""


def performance(studied: Studied) -> Section:
    """Return every measure of every model, and how well they rank."""
    blocks: list[Block] = [
        Text(
            text="Every number is from predictions for patients whom the model had not "
            "seen, with its 95 % interval below. How to read each measure is said "
            "under “How to read the numbers”.",
            soft=True,
        ),
        _table(studied),
        _forest(studied),
        *_ranking(studied),
        *_where(studied),
    ]
    return Section(
        anchor="performance", title="How well the models predict", blocks=tuple(blocks)
    )


def _table(studied: Studied) -> Table:
    measures = BINARY if studied.binary else CONTINUOUS
    found = {
        (name, measure): getattr(record, measure.key)
        for name, record in studied.results.performance.items()
        for measure in measures
    }
    unit = f" [{studied.unit}]" if studied.unit and not studied.binary else ""
    return Table(
        columns=(
            "Model",
            *(m.heading + (unit if m.key == "mae" else "") for m in measures),
        ),
        rows=tuple(
            (
                Cell(text=name),
                *(number(found[name, m], m.digits) for m in measures),
            )
            for name in studied.plan.names
        ),
        notes=reasons(
            [(f"{m.heading} of “{name}”", e) for (name, m), e in found.items()]
        ),
    )


def _forest(studied: Studied) -> Picture:
    if not studied.binary:
        found = {n: p.r2 for n, p in studied.continuous_performance.items()}
        figure = forest_figure(
            found,
            title="How much of the outcome each model explains",
            label="Explained variance (R²), 1 is perfect, with 95 % interval",
            line=0.0,
            line_name="the mean for everyone",
            simulated=studied.simulated,
        )
        return Picture(
            title="Explained variance of each model",
            caption="Each with its 95 % interval; the dashed line is a model that "
            "gives everyone the mean.",
            png=as_png(figure),
        )
    areas = {n: p.auc for n, p in studied.binary_performance.items()}
    lowest = min([LOWEST_AUC, *(e.low for e in areas.values() if e.low is not None)])
    figure = forest_figure(
        areas,
        title="How well each model ranks patients",
        label="AUC within folds, from 0.5 (chance) to 1 (perfect), with 95 % interval",
        line=0.5,
        line_name="chance",
        limits=(max(0.0, lowest - 0.03), 1.0),
        simulated=studied.simulated,
    )
    return Picture(
        title="AUC of each model",
        caption="AUC within folds with its 95 % interval; the dashed line is chance. "
        "Intervals of different models overlap even where the models differ, because "
        "they are of the same patients: compare models by their differences.",
        png=as_png(figure),
    )


def _ranking(studied: Studied) -> Iterator[Block]:
    if not studied.binary:
        return
    rocs, precisions = {}, {}
    for name in studied.chosen:
        rows = studied.rows(name)
        given = rows["outcome"], rows["predicted"]
        where = {"patients": rows["patients"], **studied.resamples}
        try:
            rocs[name] = roc_curve(*given, **where)
            precisions[name] = precision_recall_curve(*given, **where)
        except NotMeasurable as refusal:
            yield Text(text=f"No ROC curve of “{name}”: {refusal}.", soft=True)
    if rocs:
        figure = ranking_figure(rocs, precisions, simulated=studied.simulated)
        yield Picture(
            title="ROC curve and precision-recall curve",
            caption="Left: share of patients with the outcome who are found, against "
            "false alarms among those without. Right: share of those pointed out who "
            "have the outcome. Dashed: chance. Bands: 95 %, at each point. All folds "
            "are pooled, so the area below the ROC curve is the pooled AUC. A cut-off "
            "chosen on these curves would look better than it is.",
            png=as_png(figure),
        )


def _where(studied: Studied) -> Iterator[Block]:
    """Show one measure in the patients fitted to, in unseen ones, and elsewhere."""
    optimism, cohorts = studied.results.optimism, studied.results.external
    if not optimism and not cohorts:
        return
    what = "AUC" if studied.binary else "Explained variance"
    heads = ["Unseen patients (cross-validation)"]
    if optimism:
        heads = ["Same patients (apparent)", "Corrected for optimism", *heads]
    heads += [f"Cohort {cohort.name}" for cohort in cohorts]
    rows = []
    for name in studied.plan.names:
        row = [number(headline_estimate(studied, name))]
        if optimism:
            row = [*_optimism(studied, name), *row]
        row += [number(_elsewhere(cohort.performance[name])) for cohort in cohorts]
        rows.append((Cell(text=name), *row))
    yield Table(
        caption=f"{what} by where it was measured",
        columns=("Model", *heads),
        rows=tuple(rows),
        notes=_remarks(bool(optimism)),
    )


def headline_estimate(studied: Studied, name: str) -> Estimate:
    """Return the AUC, or the explained variance, of one model."""
    if studied.binary:
        return studied.binary_performance[name].auc
    return studied.continuous_performance[name].r2


def _optimism(studied: Studied, name: str) -> tuple[Cell, Cell]:
    found = studied.results.optimism.get(name)
    if found is None:
        return Cell(text="\N{EN DASH}"), Cell(text="\N{EN DASH}", detail="not refitted")
    corrected = number(Estimate.of(found.corrected))
    return Cell(text=f"{found.apparent:.2f}"), corrected


def _elsewhere(found: object) -> Estimate:
    estimate = found.auc if isinstance(found, ExternalPerformance) else found.r2  # type: ignore[attr-defined]
    assert isinstance(estimate, Estimate)
    return estimate


def _remarks(optimism: bool) -> tuple[str, ...]:
    if not optimism:
        return ()
    return (
        "Apparent performance is always too good. Its correction (Harrell's bootstrap) "
        "suits models with few parameters; for models that can memorise patients, such "
        "as boosted trees, it stays too good. The cross-validation holds for all.",
    )
