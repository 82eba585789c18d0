"""Is a model better than patients allow?"""

from math import inf

from lbp_outcome.study.checks import CHECKS, Check, Examined
from lbp_outcome.study.checks._auc import STOP_AUC, STOP_R2, models_between


def look(examined: Examined) -> tuple[str, ...]:
    """Compare every model with the limit at which to stop."""
    return tuple(models_between(examined, (STOP_AUC, inf), (STOP_R2, inf)))


AUC_TOO_GOOD = CHECKS.add(
    Check(
        code="LBP202",
        name="auc_too_good",
        title="a model is too good to be true",
        severity="error",
        stage="after training",
        explanation=(
            "Published models of the outcome of spine surgery reach an AUC of .62 to "
            ".72. Above .80 (for a continuous outcome, an explained variance above "
            ".65) a leak is far more likely than a discovery: in simulated cohorts of "
            "160 patients some 0.3 % of honest models get there. Look for predictors "
            "recorded after surgery, patients with two pseudonyms and columns "
            "prepared outside the study. If there is none, mute this check and say "
            "what was looked at."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
