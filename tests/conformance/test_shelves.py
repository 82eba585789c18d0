"""One file, one item, one name; and a wrong name gets the near ones."""

from importlib import import_module

import pytest

from datamodules import DATAMODULES
from explain import EXPLANATIONS
from lbp_outcome.errors import UnknownName
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.outcomes import OUTCOMES
from lbp_outcome.questionnaires import QUESTIONNAIRES
from lbp_outcome.radiographs import SCALES
from lbp_outcome.study.checks import CHECKS
from models import MODELS

SHELVES = {
    "datamodules": DATAMODULES,
    "explain": EXPLANATIONS,
    "lbp_outcome.labels": LABEL_SCHEMES,
    "lbp_outcome.measurements": MEASUREMENTS,
    "lbp_outcome.outcomes": OUTCOMES,
    "lbp_outcome.questionnaires": QUESTIONNAIRES,
    "lbp_outcome.radiographs": SCALES,
    "lbp_outcome.study.checks": CHECKS,
    "models": MODELS,
}
ITEMS = [(package, name) for package, shelf in SHELVES.items() for name in shelf]


@pytest.mark.parametrize(("package", "name"), ITEMS)
def test_every_item_lives_in_a_file_of_its_own_name(package, name):
    assert import_module(f"{package}.{name}").__doc__
    assert SHELVES[package][name].name == name


@pytest.mark.parametrize("package", SHELVES)
def test_a_misspelt_name_gets_the_nearest(package):
    shelf = SHELVES[package]
    name = next(iter(shelf))
    misspelt = name[0] + name[2:]
    with pytest.raises(UnknownName, match=f"No {shelf.kind} is named .* mean '"):
        shelf[misspelt]


@pytest.mark.parametrize("package", SHELVES)
def test_a_name_is_taken_once(package):
    shelf = SHELVES[package]
    item = shelf[next(iter(shelf))]
    with pytest.raises(ValueError, match="are named"):
        shelf.add(item)
