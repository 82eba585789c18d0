"""How it was done, and how to do it again."""

import platform
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version

import yaml

from lbp_outcome import __version__
from lbp_outcome.study.report.page import Section, Terms, Text, Verbatim
from lbp_outcome.study.report.studied import Studied

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "xgboost", "torch")
WORDS = {
    "code_version": "Code version",
    "plan_sha256": "Plan (SHA-256)",
    "data_sha256": "Data (SHA-256)",
    "seed": "Seed",
    "mlflow_run": "MLflow run",
}


def reproducibility(studied: Studied) -> Section:
    """Return validation, fingerprints, versions, and the whole plan."""
    kept = {k: v for k, v in studied.provenance.items() if k != "cohort"}
    items = (
        *((WORDS.get(name, name), value) for name, value in kept.items()),
        *((f"Data of “{c.name}”", c.fingerprint) for c in studied.results.external),
        ("Versions", versions()),
    )
    return Section(
        anchor="reproducibility",
        title="How it was done",
        blocks=(
            Text(text=validation(studied)),
            Terms(items=items, code=True),
            Text(
                text="The plan, with everything it leaves to its defaults. Files "
                "beside this page: results.json (all numbers, with definitions), "
                "performance.parquet (one number a row), predictions.parquet (one row "
                "per patient: share it with care), table_one.csv, tripod_ai.csv.",
                soft=True,
            ),
            Verbatim(text=plan_text(studied)),
        ),
    )


def validation(studied: Studied) -> str:
    """Say in words how performance in unseen patients was estimated."""
    scheme = studied.plan.validation
    learned = (
        "scaling, imputation, selection and settings are learned on training folds only"
    )
    inner = f"settings are chosen on {scheme.inner} inner folds; {learned}"
    if scheme.scheme == "leave_one_site_out":
        return (
            f"Each hospital ({scheme.by}) was predicted by models of all others; "
            f"{inner}."
        )
    if scheme.scheme == "site_hold_out":
        return (
            f"The hospital {scheme.held_out} ({scheme.by}) was predicted by models of "
            f"all others; {inner}."
        )
    if scheme.scheme == "temporal_hold_out":
        return (
            f"The last {100 * float(scheme.held_out or 0):.0f} % of patients, ordered "
            f"by {scheme.by}, were predicted by models of those before; {inner}."
        )
    times = "" if scheme.repeats == 1 else f", repeated {scheme.repeats} times"
    together = scheme.keep_together
    kept = f" and by {together}" if together else ""
    return (
        f"Nested cross-validation with {scheme.outer} outer and {scheme.inner} inner "
        f"folds{times}, grouped by patient{kept} and stratified by outcome; {learned}."
    )


def versions() -> str:
    """Return the versions of this package, Python and the main libraries."""
    found = [f"lbp-outcome {__version__}", f"Python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def plan_text(studied: Studied) -> str:
    """Return the whole plan as YAML, with the names of cohorts but not their place."""
    plan = asdict(studied.plan)
    plan["cohort"] = studied.plan.cohort.name
    plan["external"] = [folder.name for folder in studied.plan.external]
    plan["models"] = [asdict(model) for model in studied.plan.every_model]
    text: str = yaml.safe_dump(
        _plain(plan),
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
    )
    return text


def _plain(thing: object) -> object:
    """YAML knows lists, not tuples."""
    if isinstance(thing, dict):
        return {name: _plain(value) for name, value in thing.items()}
    return (
        [_plain(item) for item in thing] if isinstance(thing, list | tuple) else thing
    )
