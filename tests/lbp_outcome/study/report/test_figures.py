"""Figures are read by people; the tests see to it that they can be read."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from scipy.special import expit

from lbp_outcome.statistics.calibration_curve import calibration_curve
from lbp_outcome.statistics.estimate import Estimate
from lbp_outcome.statistics.net_benefit import decision_curve
from lbp_outcome.statistics.performance import compare, performance
from lbp_outcome.statistics.precision_recall import precision_recall_curve
from lbp_outcome.statistics.roc_curve import roc_curve
from lbp_outcome.study.report.drawing.calibration import calibration_figure
from lbp_outcome.study.report.drawing.decision_curve import decision_curve_figure
from lbp_outcome.study.report.drawing.forest import forest_figure
from lbp_outcome.study.report.drawing.house import as_png
from lbp_outcome.study.report.drawing.observed import ObservedCurve, observed_figure
from lbp_outcome.study.report.drawing.ranking import ranking_figure

NAMES = (
    "clinical",
    "clinical and measured MRI",
    "base rate",
    "boosted trees on everything that was measured",
    "images, X-ray and clinical fusion network",
)


@pytest.fixture(scope="module", params=[(160, 1), (40, 2), (160, 5)], ids=str)
def found(request):
    """Out-of-fold predictions of some models for some patients."""
    patients, models = request.param
    chance = np.random.default_rng(0)
    line = chance.normal(0.8, 1, patients)
    outcome = (chance.random(patients) < expit(line)).astype(float)
    design = {
        "fold": np.arange(patients) % 4,
        "repeat": np.zeros(patients, dtype=int),
        "patients": [f"sub-{i}" for i in range(patients)],
    }
    probability = {
        name: expit(line + chance.normal(0, 0.5, patients)) for name in NAMES[:models]
    }
    if "base rate" in probability:
        probability["base rate"] = np.full(patients, 0.7)
    options = {"replicates": 200}
    return {
        "outcome": outcome,
        "probability": probability,
        "patients": design["patients"],
        "performance": {
            name: performance(outcome, given, **design, **options)
            for name, given in probability.items()
        },
        "differences": compare(
            outcome, probability, reference="clinical", **design, **options
        ),
    }


@pytest.fixture(scope="module")
def figures(found):
    return draw(found)


def draw(found, simulated=True):
    patients = {"patients": found["patients"], "replicates": 100}
    outcome, probability = found["outcome"], found["probability"]
    two = [*probability][:2]
    areas = {name: found.auc for name, found in found["performance"].items()}
    drawn = {
        "models": forest_figure(
            areas,
            title="How well each model ranks patients",
            label="AUC within folds, from 0.5 (chance) to 1 (perfect)",
            line=0.5,
            line_name="chance",
            limits=(0.4, 1.0),
            simulated=simulated,
        ),
        "groups": group_figure(simulated),
        "ranking": ranking_figure(
            {name: roc_curve(outcome, probability[name], **patients) for name in two},
            {
                name: precision_recall_curve(outcome, probability[name], **patients)
                for name in two
            },
            simulated=simulated,
        ),
        "observed": observed_figure(
            {name: observed(given) for name, given in probability.items()},
            unit="mm",
            simulated=simulated,
        ),
        "calibration": calibration_figure(
            {
                name: "the model gives every patient the same probability"
                if name == "base rate"
                else calibration_curve(outcome, given, **patients)
                for name, given in probability.items()
            },
            simulated=simulated,
        ),
        "benefit": decision_curve_figure(
            {
                name: decision_curve(outcome, given, **patients)
                for name, given in probability.items()
            },
            banded=two,
            simulated=simulated,
        ),
    }
    if found["differences"]:
        drawn["differences"] = forest_figure(
            {item.model: item.auc for item in found["differences"]},
            title="What each model adds to “clinical”",
            label="AUC minus the AUC of “clinical”, with 95 % interval",
            line=0.0,
            line_name="no difference",
            sides=("worse", "better"),
            simulated=simulated,
        )
    return drawn


HEADING = Estimate(value=None, reason="a heading")
GROUPS = {
    "All patients": Estimate(value=0.65, low=0.55, high=0.75),
    "Sex": HEADING,
    "F (n 71)": Estimate(value=0.73, low=0.58, high=0.85),
    "M (n 82)": Estimate(value=0.6, low=0.45, high=0.76),
    "Age at surgery": HEADING,
    "below 60 years (n 41)": Estimate(value=0.64, low=0.41, high=0.84),
    "60 to 70 years (n 64)": Estimate(value=0.62, low=0.45, high=0.79),
    "70 to 80 years (n 40)": Estimate(value=0.68, low=0.46, high=0.89),
    "80 years and over (n 8)": Estimate(value=None, reason="too few patients"),
}


def group_figure(simulated=True):
    return forest_figure(
        GROUPS,
        title="AUC by group",
        label="AUC within folds, with 95 % interval",
        line=0.65,
        line_name="all patients",
        headings=("Sex", "Age at surgery"),
        simulated=simulated,
    )


def observed(given):
    """Patients of a continuous outcome, with a line unless all are predicted alike."""
    grid = np.linspace(given.min(), given.max(), 5) * 60
    if np.ptp(given) == 0:
        grid = np.empty(0)
    return ObservedCurve(
        predicted=60 * given,
        observed=60 * given[::-1],
        grid=grid,
        line=grid,
        low=grid - 5,
        high=grid + 5,
    )


def texts(figure):
    """What is written in the figure, with where it stands."""
    FigureCanvasAgg(figure).draw()
    not_drawn = {label for axes in figure.axes for label in beyond_the_axis(axes)}
    return [
        (item.get_text(), item.get_window_extent())
        for item in figure.findobj(Text)
        if item.get_visible() and item.get_text().strip() and item not in not_drawn
    ]


def beyond_the_axis(axes):
    """Tick labels outside the limits of their axis exist but are not drawn."""
    return [
        label
        for axis in (axes.xaxis, axes.yaxis)
        for tick in {*axis.majorTicks, *axis.minorTicks} - {*axis._update_ticks()}
        for label in (tick.label1, tick.label2)
    ]


def test_no_text_runs_over_another_or_out_of_the_figure(figures):
    for name, figure in figures.items():
        found = texts(figure)
        width, height = figure.canvas.get_width_height()
        for text, box in found:
            inside = (
                box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            )
            assert inside, f"{name}: {text!r} runs out of the figure"
        for (one, first), (other, second) in itertools.combinations(found, 2):
            assert not first.overlaps(second), f"{name}: {one!r} runs over {other!r}"


def test_simulated_data_are_called_so_on_the_figure_itself(figures):
    for figure in figures.values():
        assert "Simulated data" in [text for text, _ in texts(figure)]


def test_real_data_are_not_called_simulated():
    figure = group_figure(simulated=False)
    assert "Simulated data" not in [text for text, _ in texts(figure)]


def test_axes_are_labelled_with_unit_or_range(figures):
    for figure in figures.values():
        labels = [
            axes.get_xlabel()
            for panel in (figure, *figure.subfigs)
            for axes in panel.axes
            if axes.get_xlabel()
        ] or [figure.get_supxlabel()]
        assert labels
        assert all(("[" in label) or ("AUC" in label) for label in labels)


def test_the_same_figure_gives_the_same_file():
    first, again = (as_png(group_figure(), dpi=60) for _ in range(2))
    assert first == again
    assert first.startswith(b"\x89PNG")


def test_a_heading_between_rows_has_no_number():
    said = [text for text, _ in texts(group_figure())]
    assert "Sex" in said
    assert "a heading" not in said
    assert "too few patients" in said
