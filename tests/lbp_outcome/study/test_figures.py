"""Figures are read by people; the tests see to it that they can be read."""

import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from scipy.special import expit

from lbp_outcome.statistics.calibration_curve import calibration_curve
from lbp_outcome.statistics.net_benefit import decision_curve
from lbp_outcome.statistics.performance import compare, performance
from lbp_outcome.study.figures import (
    as_png,
    calibration_figure,
    decision_curve_figure,
    difference_figure,
    discrimination_figure,
)
from lbp_outcome.study.report_figures import report_figures

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


@pytest.fixture
def figures(found):
    return draw(found)


def draw(found, simulated=True):
    patients = {"patients": found["patients"], "replicates": 100}
    outcome, probability = found["outcome"], found["probability"]
    drawn = {
        "models": discrimination_figure(
            {name: found.auc for name, found in found["performance"].items()},
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
            simulated=simulated,
        ),
    }
    if found["differences"]:
        drawn["differences"] = difference_figure(
            {item.model: item.auc for item in found["differences"]},
            reference="clinical",
            simulated=simulated,
        )
    return drawn


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


def test_simulated_data_are_called_so_on_the_figure_itself(found):
    for simulated in (True, False):
        for figure in draw(found, simulated).values():
            said = [text for text, _ in texts(figure)]
            assert ("Simulated data" in said) == simulated


def test_axes_are_labelled_with_unit_or_range(figures):
    for figure in figures.values():
        labels = [
            axes.get_xlabel()
            for panel in (figure, *figure.subfigs)
            for axes in panel.axes
            if axes.get_xlabel()
        ]
        assert labels
        assert all(("[" in label) or ("AUC" in label) for label in labels)


def test_the_same_figure_gives_the_same_file(found):
    first, again = (as_png(draw(found)["models"], dpi=60) for _ in range(2))
    assert first == again
    assert first.startswith(b"\x89PNG")


def test_a_report_gets_its_figures_in_the_order_of_its_sections(found):
    drawn = report_figures(**found, reference="clinical", simulated=True)
    sections = ["models", "differences", "calibration", "benefit"]
    if not found["differences"]:
        sections.remove("differences")
    assert [figure.section for figure in drawn] == sections
    assert all(figure.png.startswith(b"\x89PNG") for figure in drawn)
    assert all(figure.title and figure.caption for figure in drawn)
