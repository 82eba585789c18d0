"""The questionnaires as patients hand them in: whole answers, and some blanks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from lbp_outcome.simulate.people.baseline import Baseline
from lbp_outcome.simulate.people.outcomes import Outcome
from lbp_outcome.simulate.people.zcq_items import answer_items, answer_symptoms

ITEMS_BEFORE, ITEMS_AFTER = 12, 18
BLANK_ITEM_SHARE = 0.02
LOST_SHARE = 0.05
"""Share of patients who never return the form of month 12 (FELIX: 8 of 159)."""

NO_MRI_SHARE, NO_XRAY_SHARE = 0.06, 0.04
BLANK_COVARIATE_SHARE = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class Forms:
    """Answers at both visits, NaN where blank, and who lacks which image.

    Attributes:
        zcq_before: ZCQ items before surgery; the satisfaction items are blank.
        zcq_after: ZCQ items at month 12.
        pain_before: Leg and back pain before surgery [mm].
        pain_after: Leg and back pain at month 12 [mm].
        has_mri: Whether there is an MR examination.
        has_xray: Whether there is a lateral X-ray.
    """

    zcq_before: Float[np.ndarray, "patients 18"]
    zcq_after: Float[np.ndarray, "patients 18"]
    pain_before: Float[np.ndarray, "patients 2"]
    pain_after: Float[np.ndarray, "patients 2"]
    has_mri: Bool[np.ndarray, " patients"]
    has_xray: Bool[np.ndarray, " patients"]


def fill_in(baseline: Baseline, outcome: Outcome, rng: np.random.Generator) -> Forms:
    """Return the forms of all patients, with blanks scattered over them at random."""
    patients = len(outcome.benefit)
    before = np.column_stack(
        [
            answer_symptoms(baseline.symptoms, rng),
            answer_items(baseline.function, 5, 4, rng),
        ]
    )
    unasked = np.full((patients, ITEMS_AFTER - ITEMS_BEFORE), np.nan)
    after = np.column_stack(
        [
            answer_symptoms(outcome.symptoms, rng),
            answer_items(outcome.function, 5, 4, rng),
            answer_items(outcome.satisfaction, 6, 4, rng),
        ]
    )
    lost = (rng.random(patients) < LOST_SHARE)[:, None]
    return Forms(
        zcq_before=np.hstack([with_blanks(before, BLANK_ITEM_SHARE, rng), unasked]),
        zcq_after=np.where(lost, np.nan, with_blanks(after, BLANK_ITEM_SHARE, rng)),
        pain_before=_pain(baseline.leg_pain, baseline.back_pain, rng),
        pain_after=np.where(
            lost, np.nan, _pain(outcome.leg_pain, outcome.back_pain, rng)
        ),
        has_mri=rng.random(patients) >= NO_MRI_SHARE,
        has_xray=rng.random(patients) >= NO_XRAY_SHARE,
    )


def with_blanks(
    answers: np.ndarray, share: float, rng: np.random.Generator
) -> Float[np.ndarray, "..."]:
    """Return the answers with this share of them blank (NaN)."""
    blank = rng.random(answers.shape) < share
    return np.where(blank, np.nan, answers.astype(float))


def _pain(
    leg: np.ndarray, back: np.ndarray, rng: np.random.Generator
) -> Float[np.ndarray, "patients 2"]:
    return with_blanks(np.column_stack([leg, back]), BLANK_ITEM_SHARE, rng)
