"""Odds ratios that publications give for outcome after surgery for lumbar stenosis."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import log

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, kw_only=True)
class PublishedEffect:
    """What one publication says about one predictor.

    Attributes:
        predictors: Names of the columns it may stand in, the best first; `*` stands
            for any words.
        odds_ratio: Of a good outcome, for one step.
        step: How much of the predictor one step is, in the unit of the column; 0 for
            reaching the threshold.
        threshold: Value from which a patient counts; unused where `step` is above 0.
        published: The odds ratio as it is printed, with its interval and outcome.
        reference: Where.
        uncertain: What may not carry over to the column; empty if nothing is known.
    """

    predictors: tuple[str, ...]
    odds_ratio: float
    step: float = 0.0
    threshold: float = 0.0
    published: str
    reference: str
    uncertain: str = ""

    @property
    def name(self) -> str:
        """What it is called in messages: the best of its columns."""
        return self.predictors[0]

    def column(self, offered: tuple[str, ...]) -> str | None:
        """Return the offered column it stands in, or None."""
        for pattern in self.predictors:
            for name in offered:
                if fnmatchcase(name, pattern):
                    return name
        return None

    def log_odds(
        self, values: Float[np.ndarray, " patients"]
    ) -> Float[np.ndarray, " patients"]:
        """Return what it adds to the log-odds of a good outcome; NaN where missing."""
        steps = values / self.step if self.step else _reached(values, self.threshold)
        added: np.ndarray = log(self.odds_ratio) * steps
        return added


def _reached(values: np.ndarray, threshold: float) -> np.ndarray:
    return np.where(np.isnan(values), np.nan, values >= threshold)


MCILROY = "doi:10.1007/s00586-021-06938-6"
"""British Spine Registry, 14,485 decompressions for stenosis; adjusted."""

AAEN = "doi:10.1007/s00586-022-07317-5"
"""NORDSTEN trial, 437 patients with stenosis; adjusted for sex, age, smoking, BMI."""

WESSELINK = "doi:10.1097/BRS.0000000000005408"
"""149 patients with stenosis and intermittent neurogenic claudication; crude."""

HALICKA = "doi:10.1186/s12891-023-06446-2"
"""2,691 operations for degenerative disease of the lumbar spine; adjusted."""

EFFECTS = (
    PublishedEffect(
        predictors=("age",),
        odds_ratio=1 / 1.54,
        threshold=75.0,
        published="75 years or older: odds ratio 1.54 (1.07 to 2.18) of walking poorly "
        "after 12 months",
        reference=MCILROY,
    ),
    PublishedEffect(
        predictors=("bmi",),
        odds_ratio=1 / 1.52,
        threshold=35.0,
        published="35 kg/m2 or more: odds ratio 1.52 (1.00 to 2.30) of walking poorly "
        "after 12 months",
        reference=MCILROY,
    ),
    PublishedEffect(
        predictors=("leg_pain_baseline",),
        odds_ratio=1 / 1.10,
        step=10.0,
        published="severity of leg pain: odds ratio 1.10 (1.01 to 1.21) of walking "
        "poorly after 12 months",
        reference=MCILROY,
        uncertain="the summary does not give the scale; a point is taken to be one of "
        "10, which is 10 mm here",
    ),
    PublishedEffect(
        predictors=("odi_baseline",),
        odds_ratio=1 / 1.01,
        step=1.0,
        published="disability: odds ratio 1.01 (1.01 to 1.02) of walking poorly after "
        "12 months",
        reference=MCILROY,
        uncertain="the summary does not give the scale; a point is taken to be 1 % of "
        "the Oswestry index",
    ),
    PublishedEffect(
        predictors=("sex=M",),
        odds_ratio=1.14,
        threshold=1.0,
        published="men: odds ratio 1.14 (0.97 to 1.34) of a clinically important "
        "improvement (COMI)",
        reference=HALICKA,
        uncertain="its interval includes 1; disc herniation and stenosis together",
    ),
    PublishedEffect(
        predictors=("pfirrmann_proxy_grade.max", "pfirrmann_proxy_grade.operated"),
        odds_ratio=0.54,
        threshold=3.5,
        published="Pfirrmann grade 4 or 5: odds ratio 0.54 (0.34 to 0.88) of 30 % "
        "less disability after 2 years",
        reference=AAEN,
        uncertain="the grade here is a stand-in that no reader has checked, rounded; "
        "the summary does not say which disc was graded",
    ),
    PublishedEffect(
        predictors=(
            "muscle_fat_*_percent.multifidus*",
            "muscle_lumbar_fat_*_percent.multifidus*",
        ),
        odds_ratio=(0.599 / 0.401) / (0.765 / 0.235),
        threshold=50.0,
        published="multifidus half fat or more: success in 59.9 % against 76.5 %",
        reference=WESSELINK,
        uncertain="not adjusted for age, sex or body mass; fat was measured by another "
        "method",
    ),
)
"""Each from one publication; nothing here was fitted to patients of this cohort.

Left out: quality of life (odds ratio 0.72, scale not given); walking distance, level
of education and previous surgery (no such column in most cohorts); depression and the
duration of symptoms (McIlroy found no association); smoking and other diseases (no odds
ratio at hand).
"""
