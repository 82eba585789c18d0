"""What a model says of one patient, as a record that can be printed or refused."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from lbp_outcome import BANNER
from lbp_outcome.statistics.estimate import Interval
from lbp_outcome.study.explanation.factors import Factor
from lbp_outcome.study.outcome_model import Stratum


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """Where in the MR image the network looked, or why that is not shown.

    Attributes:
        method: Name of the explanation.
        shows: What bright regions mean, in words.
        level: Disc level with the largest share of the map; empty when not shown.
        share: That share.
        picture: File name of the panel; empty when not shown.
        volume: File name of the map in patient space; empty when not shown.
        sanity: Result of the check with randomised weights, in words.
        passed: Whether the map passed it; only then is it shown.
    """

    method: str
    shows: str
    level: str
    share: float
    picture: str
    volume: str
    sanity: str
    passed: bool


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One patient, one named outcome at one named time.

    Attributes:
        patient: Pseudonym.
        model: Registered model and version of its files.
        outcome: Name of the outcome.
        statement: The outcome in words.
        horizon: Visit at which the outcome is taken.
        probability: With its 95 % interval; None when refused.
        base_rate: Share of all training patients who had the outcome, with interval.
        trained_on: Number of training patients.
        similar: Training patients of the same sex and age band, if known.
        scale: Scale of the contributions: log-odds or probability.
        factors: Predictors, the largest contribution first.
        missing: What was missing and why.
        heat_maps: Empty when the model sees no image, or there is none.
        refusals: Why no probability is shown; empty when one is.
        outside: Why the patient is unlike the training patients, when the number is
            shown all the same because that was asked for.
        performance: How good the model is, in words.
        discriminates: Whether the interval of its AUC lies above 0.5.
        simulated: Whether the model was trained on simulated patients.
        provenance: Code version and fingerprints.
    """

    patient: str
    model: str
    outcome: str
    statement: str
    horizon: str
    probability: Interval | None
    base_rate: Interval
    trained_on: int
    similar: Stratum | None
    scale: str
    factors: tuple[Factor, ...]
    missing: dict[str, str]
    heat_maps: tuple[HeatMap, ...]
    refusals: tuple[str, ...]
    outside: tuple[str, ...]
    performance: dict[str, str]
    discriminates: bool
    simulated: bool
    provenance: dict[str, str]

    def to_json(self) -> str:
        """Return the advice as JSON text, the banner first."""
        content: dict[str, Any] = {
            "banner": BANNER,
            "status": "refused" if self.refusals else "given",
            **asdict(self),
            "probability": _interval(self.probability),
            "base_rate": _interval(self.base_rate),
        }
        return json.dumps(content, indent=2, allow_nan=False) + "\n"


def _interval(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {
        "estimate": round(interval.estimate, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
        "level": 0.95,
    }
