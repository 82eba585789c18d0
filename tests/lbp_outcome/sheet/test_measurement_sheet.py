import re
from dataclasses import replace
from functools import cache

import pytest

from lbp_outcome import BANNER
from lbp_outcome.anatomy import Disc
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.examination import Examination
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.bulge import BulgingSpine
from lbp_outcome.records import Measurement
from lbp_outcome.sheet import write_sheet
from lbp_outcome.sheet.contents import figure, reasons, unusual
from lbp_outcome.sheet.layout import BONE_COLUMNS, DISC_COLUMNS, muscle_columns
from lbp_outcome.spine import Spine
from lbp_outcome.units import Unit

ANATOMY = BulgingSpine(bump_mm=3.0)
LEVEL = Disc.parse("L4-L5")
TAKEN = ("disc_height_mm", "disc_bulge_mean_mm", "disc_bulge_max_mm", "canal_area_mm2")


@cache
def examination():
    return examined(ANATOMY.draw(grid_around(ANATOMY, (4.0, 0.9, 0.9))), "spider")


@cache
def measured():
    items = [MEASUREMENTS[name] for name in (*TAKEN, "cobb_deg", "vbq_t1_ratio")]
    spine = examination().spine
    return tuple(item(examination(), at) for item in items for at in item.places(spine))


@pytest.fixture
def page(tmp_path):
    out = tmp_path / "sheet.html"
    write_sheet(out, examination(), measured(), subject="sub-7", simulated=True)
    return out.read_text(encoding="utf-8")


def record(value, name="disc_bulge_max_mm"):
    return Measurement(name=name, value=value, unit=Unit.MILLIMETRE, level=LEVEL)


def test_the_page_stands_alone_and_says_what_it_is(page):
    assert BANNER in page.replace("&#39;", "'")
    assert "Simulated patient" in page
    assert "sub-7" in page
    assert not re.search(r"<script|https?://|src=\"(?!data:)|@import", page)


def test_a_real_patient_is_not_called_simulated(tmp_path):
    out = write_sheet(
        tmp_path / "a.html", examination(), measured(), subject="x", simulated=False
    )
    assert "Simulated" not in out.read_text(encoding="utf-8").split("<footer>")[0]


def test_numbers_reasons_and_assumptions_are_on_the_page(page):
    height = next(m for m in measured() if m.name == "disc_height_mm" and m.value)
    assert f"{height.value:.1f}" in page
    assert "no T1 image was given" in page
    assert "counted from the bottom" in page
    assert examination().spine.assumption in page


def test_the_same_page_is_drawn_as_a_picture(tmp_path):
    out = tmp_path / "sheet.png"
    write_sheet(out, examination(), measured(), subject="sub-7", simulated=True)
    assert out.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


def test_another_kind_of_file_is_refused(tmp_path):
    with pytest.raises(InvalidChoice, match=r"\.html or \.png"):
        write_sheet(tmp_path / "a.pdf", examination(), (), subject="x", simulated=False)


@pytest.mark.parametrize("ending", ["html", "png"])
def test_a_patient_of_whom_nothing_is_known_has_a_page_all_the_same(tmp_path, ending):
    nothing = Examination(spine=Spine(vertebrae={}, discs={}))
    out = tmp_path / f"empty.{ending}"
    write_sheet(out, nothing, (), subject="sub-0", simulated=False)
    assert out.stat().st_size > 1000


def test_a_doubt_about_the_scan_comes_first(tmp_path):
    spine = replace(examination().spine, doubt="the header is doubtful")
    out = tmp_path / "doubt.html"
    write_sheet(out, Examination(spine=spine), (), subject="x", simulated=False)
    assert "Check first:</b> the header is doubtful" in out.read_text(encoding="utf-8")


def test_a_value_outside_its_range_has_an_arrow_and_the_range():
    odd, usual = figure(record(3.4)), figure(record(1.2))
    assert (odd.text, odd.mark) == ("3.4", "▲")
    assert "up to 2" in odd.usual
    assert usual.mark == ""
    assert unusual([record(3.4), record(1.2)]) == (
        ("L4-L5", "Disc bulge max 3.4 mm ▲"),
    )


def test_what_is_printed_like_the_limit_is_not_marked():
    assert figure(record(2.04)).mark == ""


def test_a_range_from_memory_has_a_dagger():
    assert figure(record(3.4)).usual.endswith("†")


def test_reasons_that_differ_by_level_only_are_told_once():
    missing = [
        Measurement(
            name="listhesis_mm",
            value=None,
            unit=Unit.MILLIMETRE,
            level=Disc.parse(level),
            reason=f"disc {level} is not segmented",
        )
        for level in ("L3-L4", "L4-L5")
    ]
    (told,) = reasons(missing)
    assert told.levels == ("L3-L4", "L4-L5")
    assert told.names == ("Listhesis",)
    assert reasons(missing[:1])[0].sentence == "disc L3-L4 is not segmented"


def test_every_column_names_a_measurement_on_the_shelf():
    columns = (*DISC_COLUMNS, *BONE_COLUMNS, *muscle_columns())
    names = {pick.name for column in columns for pick in column.picks}
    assert names - {*MEASUREMENTS} == set()
