"""What acting on the predictions would gain, at each threshold."""

import numpy as np

from lbp_outcome.statistics.net_benefit import (
    DOMAIN,
    DecisionCurve,
    decision_curve,
    net_benefit,
    net_benefit_of_everyone,
)
from lbp_outcome.study.report.drawing.decision_curve import decision_curve_figure
from lbp_outcome.study.report.drawing.house import as_png
from lbp_outcome.study.report.page import Picture, Section
from lbp_outcome.study.report.studied import Studied


def benefit(studied: Studied) -> Section | None:
    """Return the decision curves; None for a continuous outcome."""
    if not studied.binary:
        return None
    curves = {name: _curve(studied, name) for name in studied.plan.names}
    figure = decision_curve_figure(
        curves, banded=studied.chosen, simulated=studied.simulated
    )
    names = " and ".join(f"“{name}”" for name in studied.chosen)
    picture = Picture(
        title="Net benefit of each model",
        caption="Net benefit of acting where the probability reaches the threshold, "
        "against acting in everyone and in no one. A model is of use at thresholds "
        f"where its line is above both. Bands: 95 %, at each point, of {names}. This "
        "compares models; it advises nothing for any patient.",
        png=as_png(figure),
    )
    return Section(anchor="net-benefit", title="Net benefit", blocks=(picture,))


def _curve(studied: Studied, name: str) -> DecisionCurve:
    rows = studied.rows(name)
    outcome, given = rows["outcome"], rows["predicted"]
    if name in studied.chosen:
        return decision_curve(
            outcome, given, patients=rows["patients"], **studied.resamples
        )
    unknown = np.full(len(DOMAIN), np.nan)  # no band is drawn, so none is computed
    return DecisionCurve(
        thresholds=DOMAIN,
        model=net_benefit(outcome, given, DOMAIN),
        low=unknown,
        high=unknown,
        everyone=net_benefit_of_everyone(outcome, DOMAIN),
    )
