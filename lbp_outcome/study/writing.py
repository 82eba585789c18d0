"""Write the results of a study: predictions, numbers, figures, report."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from lbp_outcome.measurements import write_measurements
from lbp_outcome.statistics.performance import Performance
from lbp_outcome.study.data import StudyData
from lbp_outcome.study.folder import PREDICTIONS, RESULTS
from lbp_outcome.study.plan import ModelPlan, StudyPlan
from lbp_outcome.study.report import (
    ModelResult,
    ReportFigure,
    StudyReport,
    write_report,
)
from lbp_outcome.study.report_figures import report_figures
from lbp_outcome.study.results import StudyResults, results_json
from lbp_outcome.visits import in_words

REPORT = "report.html"
FIGURES = "figures"
REVIEW_ABOVE = 0.75
SOURCES = {
    "clinical": "clinical variables",
    "measurements": "MRI measurements",
    "images": "MRI and X-ray images",
}


def write_study(
    folder: Path,
    plan: StudyPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
) -> None:
    """Write `predictions.parquet`, `results.json`, figures and `report.html`.

    Args:
        folder: An existing folder.
        plan: The analysis plan.
        data: The patients.
        results: What was found.
        provenance: Where it comes from.
    """
    results.predictions.to_parquet(folder / PREDICTIONS, index=False)
    content = results_json(plan, data, results, provenance)
    text = json.dumps(content, indent=2, allow_nan=False) + "\n"
    (folder / RESULTS).write_text(text, encoding="utf-8")
    for patient, scan in data.scans.items():
        if scan.measurements:
            path = folder / "measurements" / f"{patient}.csv"
            write_measurements(path, patient, scan.measurements)
    figures = _figures(plan, data, results)
    (folder / FIGURES).mkdir()
    for number, figure in enumerate(figures, start=1):
        name = f"{number}_{figure.title.lower().replace(' ', '_')}.png"
        (folder / FIGURES / name).write_bytes(figure.png)
    report = _report(plan, data, results, provenance, figures)
    write_report(folder / REPORT, report)


def _figures(
    plan: StudyPlan, data: StudyData, results: StudyResults
) -> tuple[ReportFigure, ...]:
    columns = {
        name: _of_model(results.predictions, name) for name in results.performance
    }
    first = columns[plan.reference]
    return report_figures(
        first["outcome"].to_numpy(dtype=float),
        {name: rows["probability"].to_numpy(float) for name, rows in columns.items()},
        patients=first["patient"].tolist(),
        performance=results.performance,
        differences=results.differences,
        reference=plan.reference,
        simulated=data.cohort.simulated,
        seed=plan.seed,
    )


def _report(
    plan: StudyPlan,
    data: StudyData,
    results: StudyResults,
    provenance: Mapping[str, str],
    figures: tuple[ReportFigure, ...],
) -> StudyReport:
    kept = {name: value for name, value in provenance.items() if name != "cohort"}
    return StudyReport(
        title=f"Predicting {plan.outcome} with and without imaging",
        study=plan.name,
        outcome=plan.outcome,
        statement=plan.endpoint.statement,
        horizon=in_words(plan.horizon),
        patients=len(data.cohort.patients),
        with_outcome=len(data.view),
        excluded=Counter(data.excluded.values()),
        base_rate=results.base_rate,
        modalities=_modalities(data),
        models=tuple(
            _model_result(model, results.performance[model.name])
            for model in plan.models
        ),
        reference=plan.reference,
        differences=tuple(results.differences),
        validation=_validation(plan),
        provenance=kept,
        figures=figures,
        simulated=data.cohort.simulated,
        warnings=_too_good(results),
    )


def _too_good(results: StudyResults) -> tuple[str, ...]:
    """An honest pipeline exceeds .75 by chance in some 5 % of cohorts of 160."""
    return tuple(
        f"The AUC of {name} is {found.auc.value:.2f}; published models reach 0.62 to "
        "0.72. Look for information from after surgery, or one patient under two "
        "names, before believing it."
        for name, found in results.performance.items()
        if (found.auc.value or 0.0) > REVIEW_ABOVE
    )


def _model_result(model: ModelPlan, found: Performance) -> ModelResult:
    words = [SOURCES[source] for source in model.reads]
    reads = " and ".join(words) if words else "nothing"
    return ModelResult(
        name=model.name, reads=f"{reads}, {model.method}", performance=found
    )


def _modalities(data: StudyData) -> dict[str, int]:
    analysed = [data.cohort.files.get(patient) for patient in data.view.patients]
    found = [files for files in analysed if files is not None]
    return {
        "clinical table": len(data.view),
        "T2 image": sum(files.t2 is not None for files in found),
        "segmentation": sum(files.segmentation is not None for files in found),
        "lateral X-ray": sum(files.radiograph is not None for files in found),
    }


def _validation(plan: StudyPlan) -> str:
    scheme = plan.validation
    times = "" if scheme.repeats == 1 else f", repeated {scheme.repeats} times"
    return (
        f"nested cross-validation with {scheme.outer} outer and {scheme.inner} inner "
        f"folds{times}, grouped by patient and stratified by outcome; scaling, "
        "imputation and settings are learned on training folds only"
    )


def _of_model(predictions: pd.DataFrame, name: str) -> pd.DataFrame:
    rows = predictions[predictions["model"] == name]
    return rows.sort_values(["repeat", "patient"])
