"""The results of a study as plain JSON, for other programs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any

import numpy as np

from lbp_outcome import BANNER
from lbp_outcome.statistics.comparison import Difference
from lbp_outcome.study.checking import Verdict
from lbp_outcome.study.findings.evaluation import AnyDifference, AnyPerformance
from lbp_outcome.study.findings.measures import definitions
from lbp_outcome.study.report.sections.patients import modalities
from lbp_outcome.study.report.sections.tripod import tripod_items
from lbp_outcome.study.report.studied import Studied


def results_json(studied: Studied) -> dict[str, Any]:
    """Return everything that a study found as plain JSON."""
    plan, data, results = studied.plan, studied.data, studied.results
    return {
        "banner": BANNER,
        "study": plan.name,
        "outcome": plan.outcome,
        "outcome_statement": plan.endpoint.statement,
        "horizon": plan.horizon,
        "unit": studied.unit,
        "simulated": studied.simulated,
        "patients": len(data.view),
        "judged": studied.judged,
        "events": data.events if studied.binary else None,
        "excluded": len(data.excluded),
        "excluded_by_reason": dict(Counter(data.excluded.values())),
        "modalities": modalities(studied),
        "missing": _missing(studied),
        "base_rate": asdict(results.base_rate),
        "reference": plan.reference,
        "models": {
            name: _estimates(found) for name, found in results.performance.items()
        },
        "differences": {
            d.model: _estimates(d) | _delong(d) for d in results.differences
        },
        "increment": _plain(results.headline),
        "optimism": _plain(results.optimism),
        "stability": _plain(results.stability),
        "subgroups": _plain(results.subgroups),
        "external": _plain(results.external),
        "permuted": _plain(results.permuted),
        "single_patients": _plain(studied.sets),
        "checks": [_verdict(verdict) for verdict in studied.verdicts],
        "tripod_ai": _plain(tripod_items(studied)),
        "definitions": definitions(),
        "provenance": dict(studied.provenance),
    }


def _missing(studied: Studied) -> dict[str, int]:
    """Analysed patients who lack each predictor."""
    view = studied.data.view
    gaps = np.isnan(view.table).sum(axis=0)
    return {p.name: int(n) for p, n in zip(view.predictors, gaps, strict=True)}


def _estimates(record: AnyPerformance | AnyDifference) -> dict[str, Any]:
    return {
        name: value for name, value in asdict(record).items() if isinstance(value, dict)
    }


def _delong(difference: AnyDifference) -> dict[str, Any]:
    if isinstance(difference, Difference):
        return {"p_value_delong": difference.p_value}
    return {}


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "code": verdict.check.code,
        "name": verdict.check.name,
        "title": verdict.check.title,
        "severity": verdict.check.severity,
        "status": verdict.status,
        "findings": list(verdict.findings),
        "reason": verdict.reason,
    }


def _plain(thing: Any) -> Any:  # noqa: ANN401 - records of every kind
    """Turn records, intervals and arrays into what JSON can hold."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    if isinstance(thing, Mapping):
        return {str(name): _plain(value) for name, value in thing.items()}
    if hasattr(thing, "_asdict"):
        return _plain(thing._asdict())
    if isinstance(thing, (list, tuple, np.ndarray)):
        return [_plain(item) for item in thing]
    return thing.item() if isinstance(thing, np.generic) else thing
