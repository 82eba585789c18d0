"""How to read the numbers."""

from lbp_outcome.study.findings.measures import BINARY, CONTINUOUS
from lbp_outcome.study.report.page import Section, Terms
from lbp_outcome.study.report.studied import Studied


def reading(studied: Studied) -> Section:
    """Return every measure with how it is read."""
    measures = BINARY if studied.binary else CONTINUOUS
    base = "share of patients with" if studied.binary else "mean of"
    items = (
        *((measure.heading, measure.reading) for measure in measures),
        (
            "95 % interval",
            "the range of true values that agree with these patients; the wider, the "
            "less is known",
        ),
        ("Base rate", f"{base} the outcome; every other number is read against it"),
        (
            "Out of fold",
            "predicted by a model that was fitted without this patient, its settings "
            "chosen without this patient",
        ),
    )
    return Section(
        anchor="reading", title="How to read the numbers", blocks=(Terms(items=items),)
    )
