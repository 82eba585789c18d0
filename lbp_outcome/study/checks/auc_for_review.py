"""Is a model better than published ones, so that a leak must be ruled out?"""

from lbp_outcome.study.checks import CHECKS, Check, Examined
from lbp_outcome.study.checks._auc import (
    REVIEW_AUC,
    REVIEW_R2,
    STOP_AUC,
    STOP_R2,
    models_between,
)


def look(examined: Examined) -> tuple[str, ...]:
    """Compare every model with the limit at which to look again."""
    review, stop = (REVIEW_AUC, STOP_AUC), (REVIEW_R2, STOP_R2)
    return tuple(models_between(examined, review, stop))


AUC_FOR_REVIEW = CHECKS.add(
    Check(
        code="LBP201",
        name="auc_for_review",
        title="a model is better than most published ones",
        severity="warning",
        stage="after training",
        explanation=(
            "Published models of the outcome of spine surgery reach an AUC of .62 to "
            ".72. One above .75 (for a continuous outcome, an explained variance above "
            ".50) can be luck, which at 160 patients happens to some 5 % of honest "
            "studies, or a leak. Go through the predictors one by one: when was each "
            "recorded, and by whom? Say in the report that this was done."
        ),
        look=look,
        reference="doi:10.1016/j.patter.2023.100804",
    )
)
