import re
from pathlib import Path

import pytest

from lbp_outcome.measurements import MEASUREMENTS

PAGE = Path(__file__).parents[3] / "docs" / "measurements.md"


@pytest.fixture(scope="module")
def rows():
    found = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.read_text("utf-8"), re.M)
    return {name: rest.replace("\\|", "|").split(" | ") for name, rest in found}


def test_the_page_names_every_measurement_and_no_other(rows):
    # Write it anew with docs/images/measurements.py.
    assert {*rows} == {*MEASUREMENTS}


def test_the_page_says_what_each_is_where_it_is_taken_and_who_described_it(rows):
    for item in MEASUREMENTS.values():
        what, where, needs, _, reference = rows[item.name]
        assert what == item.summary.rstrip(".")
        assert where == (" x ".join(item.where) or "spine")
        assert needs == (", ".join(item.sources) or "mask")
        assert reference == item.reference


def test_pictures_of_the_page_are_there():
    for name in re.findall(r"\]\((images/.*?)\)", PAGE.read_text("utf-8")):
        assert (PAGE.parent / name).is_file()
