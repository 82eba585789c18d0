import subprocess
import sys

import pytest

from datamodules import DATAMODULES
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.planted_views import planted_table

TRAIN, NEW = planted_table(6, seed=0), planted_table(4, seed=1)


@pytest.fixture(params=DATAMODULES.values(), ids=lambda item: item.name)
def recipe(request):
    return request.param


def test_refuses_patients_on_both_sides_without_naming_them(recipe):
    with pytest.raises(
        InvalidChoice, match=r"^2 patients are on both sides of the fold"
    ):
        recipe.build(TRAIN, TRAIN.take([1, 2]), 0)


def test_refuses_two_sides_with_other_predictors(recipe):
    with pytest.raises(InvalidChoice, match="different predictors"):
        recipe.build(TRAIN, planted_table(4, seed=1, weights=(1.0,)), 0)


def test_hides_the_outcome_of_the_held_out_and_keeps_that_of_the_others(recipe):
    data = recipe.build(TRAIN, NEW, 0)
    assert data.held_out.outcome is None
    assert data.train.outcome is not None


def test_serves_a_saved_model_without_training_patients(recipe):
    data = recipe.build(NEW.take([]), NEW, 0)
    assert len(data.train) == 0
    assert data.held_out.patients == NEW.patients


def test_a_table_needs_no_torch():
    check = (
        "import sys; from datamodules import DATAMODULES; DATAMODULES['tabular'];"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", check], check=True)
