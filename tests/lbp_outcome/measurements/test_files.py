import csv
import logging
import re

import numpy as np
import pytest
from pyarrow import parquet

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import (
    GeometryMismatch,
    InvalidChoice,
    LbpError,
    UnknownLabel,
    UnknownName,
    UnreadableFile,
)
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.io.images import write_image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import (
    doubts_in,
    measure,
    measure_mask,
    write_measurements,
)
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit

ANATOMY = AnalyticSpine(
    segments=(Segment(), Segment(height_mm=8.0, wedge_deg=6), Segment()),
    tilt_deg=(10.0, 2.0, 3.0),
)


@pytest.fixture(scope="module")
def exam(tmp_path_factory):
    """Mask and T2 image of one simulated patient, as files."""
    folder = tmp_path_factory.mktemp("exam")
    mask = ANATOMY.mask(grid_around(ANATOMY, (4.0, 0.9, 0.9)))
    write_image(folder / "sub-007_T2w_dseg.nii.gz", mask)
    write_image(folder / "sub-007_T2w.nii.gz", ANATOMY.t2(mask))
    return folder


def mask_file(exam):
    return exam / "sub-007_T2w_dseg.nii.gz"


def value(measurements, name, level):
    disc = Disc.parse(level)
    return next(m.value for m in measurements if (m.name, m.level) == (name, disc))


def rows_of(path, delimiter=","):
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_one_call_measures_an_examination_and_writes_its_table(exam, tmp_path):
    out = tmp_path / "table.csv"
    found = measure_mask(mask_file(exam), t2=exam / "sub-007_T2w.nii.gz", out=out)
    assert value(found, "disc_height_mm", "L4-L5") == pytest.approx(8.0, abs=0.4)
    assert value(found, "disc_csf_signal_ratio", "L4-L5") == pytest.approx(
        0.4, abs=0.02
    )
    header = out.read_text().splitlines()[0]
    assert header == (
        "subject,name,level,part,side,value,unit,reason,remark,repeatability,"
        "doubt,naming"
    )
    rows = rows_of(out)
    assert len(rows) == len(found)
    assert {row["subject"] for row in rows} == {"sub-007"}
    assert all(bool(row["value"]) != bool(row["reason"]) for row in rows)
    assert not re.search(r"\bnan\b", out.read_text().lower())


def test_a_table_ending_in_tsv_is_tab_separated(exam, tmp_path):
    out = tmp_path / "table.tsv"
    measure_mask(mask_file(exam), out=out, subject="sub-X")
    rows = rows_of(out, "\t")
    assert rows[0]["subject"] == "sub-X"
    reasons = {r["reason"] for r in rows if r["name"] == "disc_csf_signal_ratio"}
    assert reasons == {"no T2 image was given"}


def test_a_table_ending_in_parquet_keeps_every_digit(exam, tmp_path):
    out = tmp_path / "table.parquet"
    found = measure_mask(mask_file(exam), out=out)
    rows = parquet.read_table(out).to_pylist()
    assert [row["value"] for row in rows] == [item.value for item in found]
    assert [row["reason"] for row in rows] == [item.reason for item in found]


def test_a_table_of_another_kind_is_refused_before_anything_is_measured(tmp_path):
    with pytest.raises(InvalidChoice, match=r"ends in \.csv, \.tsv or \.parquet"):
        measure_mask(tmp_path / "absent.nii.gz", out=tmp_path / "table.xlsx")


def test_values_have_four_decimals_and_no_negative_zero(tmp_path):
    out = tmp_path / "t.csv"
    ratio = Measurement(name="a", value=-0.00001, unit=Unit.RATIO)
    write_measurements(out, "s", [ratio])
    assert rows_of(out)[0]["value"] == "0.0000"


def test_a_failed_measurement_leaves_no_table_behind(exam, tmp_path):
    with pytest.raises(UnreadableFile):
        measure_mask(tmp_path / "absent.nii.gz", out=tmp_path / "out" / "t.csv")
    assert not (tmp_path / "out").exists()


def test_a_t2_image_on_another_grid_is_refused_and_both_are_described(exam, tmp_path):
    fine = grid_around(ANATOMY, (3.0, 1.2, 0.7), axes="PIR", turn_deg=(6.0, -4.0, 5.0))
    write_image(tmp_path / "t2.nii.gz", ANATOMY.t2(ANATOMY.mask(fine)))
    with pytest.raises(
        GeometryMismatch, match=r"t2\.nii\.gz .* different voxels: .* resample"
    ):
        measure_mask(mask_file(exam), t2=tmp_path / "t2.nii.gz")


def test_measuring_itself_goes_by_patient_position_not_by_voxel():
    fine = grid_around(ANATOMY, (3.0, 1.2, 0.7), axes="PIR", turn_deg=(6.0, -4.0, 5.0))
    mask = ANATOMY.mask(grid_around(ANATOMY, (4.0, 0.9, 0.9)))
    spine = LABEL_SCHEMES["spider"].read(mask)
    found = measure(Examination(spine=spine, t2=ANATOMY.t2(ANATOMY.mask(fine))))
    ratio = value(found, "disc_csf_signal_ratio", "L4-L5")
    assert ratio == pytest.approx(0.4, abs=0.03)


def test_an_image_of_the_same_shape_elsewhere_is_never_matched_by_index(exam, tmp_path):
    mask = ANATOMY.mask(grid_around(ANATOMY, (4.0, 0.9, 0.9)))
    lost = Image(ANATOMY.t2(mask).values, np.diag([4.0, 0.9, 0.9, 1.0]))
    write_image(tmp_path / "lost.nii.gz", lost)
    with pytest.raises(GeometryMismatch, match=r"lost\.nii\.gz .* axes in diff"):
        measure_mask(mask_file(exam), t2=tmp_path / "lost.nii.gz")


def test_errors_name_the_file_and_what_to_do(exam, tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'spider'"):
        measure_mask(mask_file(exam), scheme="spidr")
    write_image(
        tmp_path / "odd.nii.gz", Image(np.full((4, 4, 4), 77, np.int16), np.eye(4))
    )
    with pytest.raises(UnknownLabel, match=r"^odd\.nii\.gz: label 77 is not defined"):
        measure_mask(tmp_path / "odd.nii.gz")
    write_image(
        tmp_path / "empty.nii.gz", Image(np.zeros((4, 4, 4), np.int16), np.eye(4))
    )
    with pytest.raises(LbpError, match=r"^empty\.nii\.gz: the mask is empty"):
        measure_mask(tmp_path / "empty.nii.gz")


def test_spacing_on_the_wrong_axis_spares_volumes_and_nothing_else(
    exam, tmp_path, caplog
):
    right = ANATOMY.mask(grid_around(ANATOMY, (4.4, 0.5, 0.5), axes="PSL"))
    wrong = Image(right.values, np.diag([4.4, 0.5, 0.5, 1.0]))
    for name, image in (("right", right), ("wrong", wrong)):
        write_image(tmp_path / f"{name}.nii.gz", image)
    truth = measure_mask(tmp_path / "right.nii.gz")
    with caplog.at_level(logging.WARNING):
        found = measure_mask(tmp_path / "wrong.nii.gz")
    assert len(caplog.messages) == 1
    assert "spacing seems to be on the wrong axis" in caplog.text
    for before, after in zip(truth, found, strict=True):
        if before.name == "disc_volume_mm3" and before.value is not None:
            assert after.value == pytest.approx(before.value)
        else:
            assert after.value is None
            assert "wrong axis" in after.reason or after.reason == before.reason


def test_a_sacrum_named_l5_is_pointed_out(tmp_path, caplog):
    sacral = AnalyticSpine(lowest=Vertebra.S1, canal=False)
    mask = sacral.mask(grid_around(sacral, (4.0, 1.0, 1.0), turn_deg=(4, 3, 2)))
    body = sacral.bodies[0]
    places = mask.to_patient(np.argwhere(mask.values == 1).astype(float))
    _, posterior, superior = body.local(places).T
    taper = posterior < -17 + 0.6 * (13.5 - superior)  # the front slants backwards
    mask.values[tuple(np.argwhere(mask.values == 1)[taper].T)] = 0
    write_image(tmp_path / "sub-1_dseg.nii.gz", mask)
    out = tmp_path / "table.csv"
    with caplog.at_level(logging.WARNING):
        measure_mask(tmp_path / "sub-1_dseg.nii.gz", out=out)
    assert "state it (--lowest S1)" in caplog.text
    with_number = [row for row in rows_of(out) if row["value"]]
    assert all("state it (--lowest S1)" in row["doubt"] for row in with_number)
    assert all("assumed to be L5" in row["naming"] for row in with_number)
    caplog.clear()
    measure_mask(tmp_path / "sub-1_dseg.nii.gz", lowest="S1", out=out)
    assert caplog.text == ""
    assert {row["doubt"] for row in rows_of(out)} == {""}
    assert any("stated to be S1" in row["naming"] for row in rows_of(out))


def test_doubts_stand_beside_numbers_only(exam, tmp_path):
    mask = ANATOMY.mask(grid_around(ANATOMY, (4.0, 0.9, 0.9)))
    mask.values[0, 0, 0] = 9  # a single voxel of another vertebra
    write_image(tmp_path / "m.nii.gz", mask)
    found = measure_mask(tmp_path / "m.nii.gz")
    for item in found:
        assert bool(item.doubt) == bool(item.naming) == (item.value is not None)
    (doubt,) = doubts_in(found)
    assert "label 9 marks 1 voxels" in doubt
