"""The measures of a report: what each is called, and how it is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One statistic in tables and files.

    Attributes:
        key: Attribute of a performance, and name in the files.
        heading: Heading of its column.
        reading: How to read it, in one sentence.
        digits: Decimals.
    """

    key: str
    heading: str
    reading: str
    digits: int = 2


BINARY = (
    Measure(
        key="auc",
        heading="AUC",
        reading="chance that a patient with the outcome was given a higher probability "
        "than one without, among pairs predicted by the same fitted model; 0.5 is a "
        "coin toss, 1 is perfect",
    ),
    Measure(
        key="auc_pooled",
        heading="AUC, pooled",
        reading="the same over all pairs, for comparison with other papers (DeLong's "
        "interval); biased downwards, because each fold has its own model",
    ),
    Measure(
        key="average_precision",
        heading="Average precision",
        reading="mean share of patients with the outcome among those pointed out, as "
        "one patient with the outcome after another is found; chance scores the base "
        "rate, 1 is perfect; it rises with the base rate, so cohorts do not compare",
    ),
    Measure(
        key="brier",
        heading="Brier score",
        digits=3,
        reading="mean squared distance of probability and outcome; 0 is perfect",
    ),
    Measure(
        key="scaled_brier",
        heading="Scaled Brier",
        reading="share of the Brier score of the base rate that the model removes; 0 "
        "is no better than the base rate, 1 is perfect",
    ),
    Measure(
        key="calibration_slope",
        heading="Calibration slope",
        reading="1 is ideal; below 1 high probabilities are too high and low ones too "
        "low",
    ),
    Measure(
        key="calibration_intercept",
        heading="Calibration intercept",
        reading="0 is ideal; above 0 probabilities are too low on average, below 0 too "
        "high",
    ),
    Measure(
        key="ici",
        heading="ICI",
        digits=3,
        reading="integrated calibration index: mean distance of the probabilities from "
        "the smooth calibration curve. It is never negative, so chance alone keeps it "
        "and its interval above 0: in simulated cohorts of 160 patients a perfectly "
        "calibrated model shows 0.045 on average. Above 0 is therefore no sign of "
        "wrong probabilities; look at slope, intercept and curve",
    ),
)
"""Of a yes-or-no outcome."""

CONTINUOUS = (
    Measure(
        key="r2",
        heading="Explained variance (R²)",
        reading="1 is perfect, 0 is no better than giving everyone the mean, and it "
        "can be negative",
    ),
    Measure(
        key="mae",
        heading="Mean absolute error",
        digits=1,
        reading="mean distance of prediction and outcome, in the unit of the outcome",
    ),
    Measure(
        key="calibration_slope",
        heading="Calibration slope",
        reading="slope of the outcome over its prediction: 1 is ideal; below 1 "
        "predictions are too extreme",
    ),
)
"""Of a continuous outcome."""

BINARY_GAIN = (
    Measure(key="auc", heading="AUC", reading="above 0 favours the model"),
    Measure(
        key="brier",
        heading="Brier score",
        digits=3,
        reading="below 0 favours the model",
    ),
)
CONTINUOUS_GAIN = (
    Measure(
        key="r2", heading="Explained variance (R²)", reading="above 0 favours the model"
    ),
    Measure(
        key="mae",
        heading="Mean absolute error",
        digits=1,
        reading="below 0 favours the model",
    ),
)

OTHERS = {
    "interval": "95 %, over resampled patients; the estimate is the mean over repeats. "
    "It shows the play of chance in who took part, not in how models were refitted",
    "base_rate": "share of patients with the outcome, or the mean of a continuous one",
    "differences": "model minus reference model in the same folds; the interval "
    "allows for models trained anew on other patients (corrected resampled t-test, "
    "Nadeau and Bengio 2003, a rule of thumb); of a single split it is over resampled "
    "patients, and too narrow",
    "p_value_delong": "DeLong's test of the pooled AUCs, two-sided, not corrected for "
    "the number of models",
    "power": "chance that a study of this size shows a true gain of 0.05 in AUC",
    "patients_needed": "patients with whom that chance would be 80 %",
    "optimism.apparent": "in the patients the model was fitted to; always too good",
    "optimism.corrected": "apparent less the mean optimism over refits to resampled "
    "patients (Harrell); still too good for models that can memorise patients, such "
    "as boosted trees",
    "stability.chosen": "share of the folds in which a predictor was used",
    "stability.agreement": "how alike the choices of different folds were: 1 is the "
    "same each time, 0 is what chance would give",
    "stability.instability": "mean absolute change of a patient's prediction from one "
    "repeat to another, in other training patients",
    "subgroups.auc_difference": "AUC in the group minus that in all other patients",
    "permuted": "what each model reaches where outcomes were dealt out at random",
    "single_patients.with_outcome": "share of patients with the outcome whose set of "
    "possible outcomes holds it",
    "single_patients.without_outcome": "the same of patients without the outcome",
    "single_patients.one": "share of patients whose set is one outcome",
    "single_patients.both": "share of patients for whom nothing can be excluded",
    "single_patients.neither": "share of patients unlike all before",
    "single_patients.right_when_one": "share of the sets of one outcome that come true",
    "single_patients.coverage": "share of patients whose outcome lies within "
    "their interval",
    "single_patients.width": "mean distance from its lower to its upper end, in "
    "the unit of the outcome",
    "external.as_it_is": "the model's own probabilities; the only external validation",
    "external.new_intercept": "after shifting all log-odds, learned from other "
    "patients of that cohort",
    "external.new_intercept_and_slope": "after shifting and stretching them",
}
"""Everything else that the files hold."""


def definitions() -> dict[str, str]:
    """Return how to read every measure in the files, by its name there."""
    continuous = {f"{m.key} (continuous)": m.reading for m in CONTINUOUS[2:]}
    return {m.key: m.reading for m in (*CONTINUOUS, *BINARY)} | continuous | OTHERS
