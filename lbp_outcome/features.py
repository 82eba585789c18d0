"""From patients to one table of predictors, every column with its unit.

Nothing here is learned from data: no scaling, no imputation, no selection. Those
belong to a model's fit, inside a fold.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from lbp_outcome.anatomy import LUMBAR_DISCS, Border, Disc, Muscle, Side, Vertebra
from lbp_outcome.cohort.dictionary import Column
from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.measurements import MEASUREMENTS, SpineMeasurement
from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.questionnaires import all_scales
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit
from lbp_outcome.view import Predictor
from lbp_outcome.visits import BASELINE, VISITS

OPERATED_LEVEL = "operated_level"
OVER_LEVELS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "min": min,
    "max": max,
    "mean": lambda values: float(np.mean(values)),
}
"""`disc_height_mm.min` is the smallest over the discs of the lumbar spine."""

WHERE_IN_WORDS = {
    "min": "smallest of all places",
    "max": "largest of all places",
    "mean": "mean of all places",
    "operated": "at the operated disc",
}

AT_OPERATED = "operated"
"""`disc_height_mm.operated` is taken at the disc that was operated on."""


class KnownOnlyAfterSurgery(InvalidChoice):
    """A predictor is an outcome, or is named or declared as of after surgery."""


@dataclass(frozen=True, kw_only=True)
class FeatureTable:
    """Predictors of some patients.

    Attributes:
        predictors: What the columns are.
        numbers: One row per patient, NaN where missing.
        reasons: Why a value is missing, by patient and predictor.
    """

    predictors: tuple[Predictor, ...]
    numbers: pd.DataFrame
    reasons: Mapping[tuple[str, str], str]


def feature_table(
    cohort: Cohort,
    *,
    clinical: Sequence[str],
    measurements: Sequence[str],
    measured: Mapping[str, Sequence[Measurement]],
) -> FeatureTable:
    """Return the named predictors of every patient of a cohort.

    Args:
        cohort: Tables of the patients.
        clinical: Columns of participants.tsv, or `<score>_baseline`.
        measurements: `<measurement>` of the whole spine, or with words that say where:
            `disc_height_mm.min`, `.max`, `.mean`, `.operated` or `.L4-L5`, and
            `muscle_area_cm2.multifidus.left.L4-L5`; the mean of what is left open. Or
            a column of participants.tsv with what somebody else read from images.
        measured: What was measured on each patient's scan.

    Raises:
        KnownOnlyAfterSurgery: A predictor is an outcome or is of after surgery.
        InvalidChoice: A predictor is free text, or its words do not say where.
        UnknownName: There is no such predictor.
    """
    made = [
        *(feature for name in clinical for feature in _clinical(cohort, name)),
        *(f for name in measurements for f in _imaging(cohort, measured, name)),
    ]
    return FeatureTable(
        predictors=tuple(feature.predictor for feature in made),
        numbers=pd.DataFrame(
            {f.predictor.name: [f.value(p) for p in cohort.patients] for f in made},
            index=list(cohort.patients),
            dtype=float,
        ),
        reasons={
            (patient, feature.predictor.name): reason
            for feature in made
            for patient in cohort.patients
            if (reason := feature.reason(patient))
        },
    )


def measured_names(predictors: Iterable[str]) -> frozenset[str]:
    """Return the measurements that some predictors are made of.

    >>> measured_names(["disc_height_mm.min", "disc_height_mm.max"])
    frozenset({'disc_height_mm'})
    """
    names = {name.partition(".")[0] for name in predictors}
    return frozenset(name for name in names if name in MEASUREMENTS)


@dataclass(frozen=True, kw_only=True)
class _Feature:
    """One column: a measurement, or the reason why there is none, per patient."""

    predictor: Predictor
    of: Callable[[str], Measurement]

    def value(self, patient: str) -> float:
        found = self.of(patient).value
        return float("nan") if found is None else found

    def reason(self, patient: str) -> str:
        return self.of(patient).reason


def _clinical(cohort: Cohort, name: str) -> Iterable[_Feature]:
    _refuse_outcomes(name)
    if name in cohort.columns:
        return _columns(cohort, cohort.columns[name])
    scale = {f"{scale.name}_{BASELINE}": scale for scale in all_scales()}.get(name)
    if scale is None or scale.after_surgery_only:
        known = [*cohort.columns, *(f"{s.name}_{BASELINE}" for s in all_scales())]
        raise UnknownName("predictor", name, known)

    def of(patient: str) -> Measurement:
        scores = cohort.scores_at(patient, BASELINE)
        return scores.get(scale.name) or _missing(
            name, scale.unit, "the questionnaire was not filled in before surgery"
        )

    what = Predictor(
        name=name, unit=scale.unit, description=f"{scale.title} before surgery"
    )
    return [_Feature(predictor=what, of=of)]


def _refuse_outcomes(name: str) -> None:
    if name in OUTCOMES:
        raise KnownOnlyAfterSurgery(
            f"predictors: {name!r} is an outcome, so it cannot be a predictor; "
            f"remove it (a score before surgery is '<score>_{BASELINE}')"
        )
    later = tuple(f"_{visit}" for visit in VISITS if visit != BASELINE)
    if name.endswith(later):
        raise KnownOnlyAfterSurgery(
            f"predictors: {name!r} is known only after surgery, so it cannot predict "
            "the outcome of surgery; remove it"
        )


def _columns(cohort: Cohort, column: Column) -> Iterable[_Feature]:
    if not column.before_surgery:
        raise KnownOnlyAfterSurgery(
            f"predictors: participants.json marks {column.name!r} as postoperative, so "
            "it cannot be a predictor; remove it"
        )
    if column.kind == "text":
        raise InvalidChoice(
            f"predictors: {column.name!r} is free text; declare its Levels in "
            "participants.json to use it as a category"
        )
    cells = cohort.participants[column.name]
    if column.kind == "number":
        return [_column(column, column.name, cells, float)]
    return [
        _column(
            column,
            column.name if set(column.levels) == {"0", "1"} else f"{column.name}={lv}",
            cells,
            lambda cell, lv=lv: float(cell == lv),
        )
        for lv in column.levels[1:]  # all of them: the columns never depend on the data
    ]


def _column(
    column: Column,
    name: str,
    cells: "pd.Series[Any]",
    number: Callable[..., float],
) -> _Feature:
    def of(patient: str) -> Measurement:
        cell = cells[patient]
        if pd.isna(cell):
            return _missing(name, column.unit, "not filled in")
        return Measurement(name=name, value=number(cell), unit=column.unit)

    what = Predictor(
        name=name,
        unit=column.unit,
        description=_described(column, name),
        indicator=column.kind == "category",
    )
    return _Feature(predictor=what, of=of)


def _described(column: Column, name: str) -> str:
    _, _, level = name.partition("=")
    return f"{column.description}: {level}" if level else column.description


def _imaging(
    cohort: Cohort, measured: Mapping[str, Sequence[Measurement]], name: str
) -> Iterable[_Feature]:
    if name.partition(".")[0] in MEASUREMENTS or name not in cohort.columns:
        return [_measurement_feature(cohort, measured, name)]
    return [
        replace(feature, predictor=replace(feature.predictor, group="measurements"))
        for feature in _columns(cohort, cohort.columns[name])
    ]


def _measurement_feature(
    cohort: Cohort, measured: Mapping[str, Sequence[Measurement]], name: str
) -> _Feature:
    measurement, *words = name.split(".")
    item = MEASUREMENTS[measurement]
    _check_words(item, name, words)

    def of(patient: str) -> Measurement:
        if patient not in measured:
            return _missing(name, item.unit, "no segmented MR image")
        taken = [m for m in measured[patient] if m.name == measurement]
        places = [word for word in words if word not in OVER_LEVELS]
        if AT_OPERATED in places:
            level = _operated(cohort, patient)
            if level is None:
                return _missing(name, item.unit, "the operated level is not filled in")
            places[places.index(AT_OPERATED)] = level
        over = next((word for word in words if word in OVER_LEVELS), "mean")
        return _over(name, item.unit, taken, places, over)

    what = Predictor(
        name=name,
        unit=item.unit,
        group="measurements",
        description=_without_unit(item.summary, words),
    )
    return _Feature(predictor=what, of=of)


def _without_unit(summary: str, words: Sequence[str]) -> str:
    """Turn "Mean height [mm]." into "Mean height, smallest of all discs"."""
    text = summary.rstrip(".").rpartition(" [")[0] or summary.rstrip(".")
    return ", ".join([text, *(_in_words(word) for word in words)])


def _in_words(word: str) -> str:
    """Name one word of a predictor in plain language."""
    if word in {*Side, *Border, *Muscle}:
        return word.replace("_", " ")
    return WHERE_IN_WORDS.get(word, f"at {word}")


def _check_words(item: SpineMeasurement, name: str, words: Sequence[str]) -> None:
    """Refuse a predictor whose words do not say where it is taken."""
    levelled = {"disc", "vertebra"} & {*item.where}
    places = {
        *(OVER_LEVELS if item.where else ()),
        *(Muscle if "muscle" in item.where else ()),
        *(Border if "border" in item.where else ()),
        *(Side if "side" in item.where else ()),
        *([AT_OPERATED] if "disc" in item.where else ()),
    }
    for word in words:
        if word not in places and not (levelled and _is_level(word)):
            known = [*places, *map(str, LUMBAR_DISCS)] if levelled else [*places]
            if not known:
                raise InvalidChoice(
                    f"predictors: {item.name!r} is taken once per spine; "
                    f"write {item.name!r}"
                )
            raise UnknownName(f"place ({name})", word, known)
    if levelled and not any(word in OVER_LEVELS or _is_place(word) for word in words):
        example = f"{item.name}.min"
        raise InvalidChoice(
            f"predictors: {item.name!r} is taken once per {levelled.pop()}; "
            f"write {example!r}"
        )


def _is_place(word: str) -> bool:
    return word == AT_OPERATED or _is_level(word)


def _is_level(word: str) -> bool:
    try:
        Disc.parse(word) if "-" in word else Vertebra(word)
    except ValueError:
        return False
    return True


def _operated(cohort: Cohort, patient: str) -> str | None:
    if OPERATED_LEVEL not in cohort.participants:
        return None
    level: Any = cohort.participants[OPERATED_LEVEL][patient]
    return None if pd.isna(level) else str(level)


def _over(
    name: str, unit: Unit, taken: list[Measurement], places: list[str], over: str
) -> Measurement:
    """Join what was measured at the wanted places into one number."""
    here = [m for m in taken if {*places} <= {str(m.level), str(m.side), str(m.part)}]
    values = [m.value for m in here if m.value is not None]
    if values:
        return Measurement(name=name, value=float(OVER_LEVELS[over](values)), unit=unit)
    if here:
        return _missing(name, unit, here[0].reason)
    return _missing(name, unit, f"{' '.join(places) or 'it'} is not in the image")


def _missing(name: str, unit: Unit, reason: str) -> Measurement:
    return Measurement(name=name, value=None, unit=unit, reason=reason)
