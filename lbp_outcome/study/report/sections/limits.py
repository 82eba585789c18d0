"""What the study does not say."""

from lbp_outcome.study.report.page import Bullets, Section
from lbp_outcome.study.report.studied import Studied


def limits(studied: Studied) -> Section:
    """Return the limits that hold for every study of this kind."""
    elsewhere = (
        "Performance in one other cohort says little on a third: it depends on who is "
        "operated on there, and how."
        if studied.results.external
        else "The patients come from one cohort. Performance elsewhere is unknown "
        "until it is measured there."
    )
    simulated = (
        (
            "The patients are simulated. The study shows that the analysis works; it "
            "shows nothing about patients.",
        )
        if studied.simulated
        else ()
    )
    return Section(
        anchor="limits",
        title="What this study does not say",
        blocks=(
            Bullets(
                items=(
                    *simulated,
                    "The models describe what goes together, not what causes what. A "
                    "variable that predicts the outcome need not change it, and "
                    "changing the variable need not change the outcome.",
                    "All patients were operated on. Nothing here says what would have "
                    "happened without surgery.",
                    elsewhere,
                    "Patients whose outcome is not known are left out. If they fared "
                    "differently, every number here is off by an unknown amount.",
                )
            ),
        ),
    )
