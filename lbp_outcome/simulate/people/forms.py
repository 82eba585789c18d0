"""The questionnaires as patients hand them in: whole answers, and some blanks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int8

from lbp_outcome.questionnaires.odi import OPTIONAL, SECTIONS
from lbp_outcome.simulate.people.baseline import Baseline
from lbp_outcome.simulate.people.eq5d_items import answer_dimensions
from lbp_outcome.simulate.people.odi_items import answer_sections
from lbp_outcome.simulate.people.outcomes import Outcome
from lbp_outcome.simulate.people.zcq_items import answer_items, answer_symptoms
from lbp_outcome.visits import BASELINE

BLANK = -1
BLANK_ITEM_SHARE = 0.02
BLANK_OPTIONAL_SHARE = 0.15
"""Share of patients who leave out the section of the ODI that may be left out."""

LOST_SHARE = {"week_8": 0.03, "month_12": 0.05, "month_24": 0.10}
"""Share of patients who do not return the forms of a visit (month 12: FELIX, 8 of 159;
the others are uncertain)."""

LATE_SHARE = 0.2
"""Of those, how many were not simply lost from then on but missed this visit alone."""

NRS_NOISE = 0.5
"""SD of a 0-10 answer around a tenth of the mark on the line."""

NO_MRI_SHARE, NO_XRAY_SHARE = 0.06, 0.04
BLANK_COVARIATE_SHARE = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class Forms:
    """Answers at every visit, and who lacks which image.

    Attributes:
        answers: By instrument, whole numbers, `BLANK` where there is none. The visits
            are those of `lbp_outcome.visits`, in their order.
        has_mri: Whether there is an MR examination.
        has_xray: Whether there is a lateral X-ray.
    """

    answers: Mapping[str, Int8[np.ndarray, "patients visits items"]]
    has_mri: Bool[np.ndarray, " patients"]
    has_xray: Bool[np.ndarray, " patients"]


def fill_in(
    baseline: Baseline, course: Mapping[str, Outcome], rng: np.random.Generator
) -> Forms:
    """Return the forms of all patients, with blanks scattered over them at random."""
    visits: dict[str, Baseline | Outcome] = {BASELINE: baseline, **course}
    patients = len(baseline.symptoms)
    lost = _draw_lost(list(visits), patients, rng)
    pain = _over_visits(visits, "leg_pain"), _over_visits(visits, "back_pain")
    whole = {
        "zcq": _answer_zcq(visits, rng),
        "odi": answer_sections(
            _over_visits(visits, "disability"), _habits(visits, 10, rng), rng
        ),
        "eq5d": answer_dimensions(
            _over_visits(visits, "health"),
            np.maximum(*pain),
            _habits(visits, 5, rng),
            rng,
        ),
        "pain_vas": np.column_stack(pain).astype(np.int8),
        "pain_nrs": np.column_stack([_rate(mark, rng) for mark in pain]),
    }
    return Forms(
        answers={
            name: _leave_out(name, answers.reshape(*lost.shape, -1), lost, rng)
            for name, answers in whole.items()
        },
        has_mri=rng.random(patients) >= NO_MRI_SHARE,
        has_xray=rng.random(patients) >= NO_XRAY_SHARE,
    )


def with_blanks(
    answers: np.ndarray, share: float, rng: np.random.Generator
) -> Float[np.ndarray, "..."]:
    """Return the answers with this share of them blank (NaN)."""
    blank = rng.random(answers.shape) < share
    return np.where(blank, np.nan, answers.astype(float))


def _over_visits(
    visits: Mapping[str, Baseline | Outcome], score: str
) -> Float[np.ndarray, " forms"]:
    """One score of all patients, the visits of a patient together."""
    return np.column_stack([getattr(seen, score) for seen in visits.values()]).ravel()


def _habits(
    visits: Mapping[str, Baseline | Outcome], items: int, rng: np.random.Generator
) -> Float32[np.ndarray, "forms items"]:
    """How patients answer each item beside the others, the same at every visit."""
    patients = len(next(iter(visits.values())).symptoms)
    habits = rng.standard_normal((patients, items), dtype=np.float32)
    return np.repeat(habits, len(visits), axis=0)


def _answer_zcq(
    visits: Mapping[str, Baseline | Outcome], rng: np.random.Generator
) -> Int8[np.ndarray, "forms 18"]:
    """Answers to the ZCQ; satisfaction is not asked before surgery."""
    after = {visit: seen for visit, seen in visits.items() if visit != BASELINE}
    satisfaction = answer_items(
        _over_visits(after, "satisfaction"), _habits(after, 6, rng), rng
    )
    unasked = np.full((len(visits[BASELINE].symptoms), 1, 6), BLANK, np.int8)
    satisfaction = satisfaction.reshape(len(unasked), -1, 6)
    return np.column_stack(
        [
            answer_symptoms(
                _over_visits(visits, "symptoms"), _habits(visits, 7, rng), rng
            ),
            answer_items(
                _over_visits(visits, "function"), _habits(visits, 5, rng), rng
            ),
            np.concatenate([unasked, satisfaction], axis=1).reshape(-1, 6),
        ]
    )


def _rate(
    mark: Float[np.ndarray, " forms"], rng: np.random.Generator
) -> Int8[np.ndarray, " forms"]:
    """Rate from 0 to 10 the pain that is marked on a line [mm]."""
    felt = mark / 10 + NRS_NOISE * rng.standard_normal(len(mark))
    return np.clip(np.rint(felt), 0, 10).astype(np.int8)


def _draw_lost(
    visits: list[str], patients: int, rng: np.random.Generator
) -> Bool[np.ndarray, "patients visits"]:
    """Who does not return the forms of which visit; most who are lost stay lost."""
    share = np.array([LOST_SHARE.get(visit, 0.0) for visit in visits])
    for_good = rng.random((patients, 1))
    this_time = rng.random((patients, len(visits)))
    by_chance = rng.random((patients, len(visits))) < LATE_SHARE
    lost: np.ndarray = np.where(by_chance, this_time, for_good) < share
    return lost


def _leave_out(
    name: str,
    answers: Int8[np.ndarray, "patients visits items"],
    lost: Bool[np.ndarray, "patients visits"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "patients visits items"]:
    """Blank some items of every form, and all items of the forms that were lost."""
    share = np.full(answers.shape[2], BLANK_ITEM_SHARE, "f4")
    if name == "odi":
        share[SECTIONS.index(OPTIONAL)] = BLANK_OPTIONAL_SHARE
    blank = rng.random(answers.shape, dtype=np.float32) < share
    left: np.ndarray = np.where(blank | lost[..., None], np.int8(BLANK), answers)
    return left
