import shutil

import numpy as np
import pytest
from pyarrow import parquet

from lbp_outcome.cohort.measuring import measure_cohort
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image, write_image
from lbp_outcome.measurements import MEASUREMENTS, measure_mask
from lbp_outcome.phantoms import AnalyticSpine, grid_around

PATIENTS = ("sub-01", "sub-02", "sub-03")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three phantoms as a cohort; the third patient has no scan."""
    folder = tmp_path_factory.mktemp("cohort")
    rows = ["participant_id\tage\tsex", *(f"{p}\t60\tF" for p in PATIENTS)]
    (folder / "participants.tsv").write_text("\n".join(rows) + "\n")
    anatomy = AnalyticSpine()
    mask = anatomy.mask(grid_around(anatomy, (4.0, 1.5, 1.5), turn_deg=(4, 3, 2)))
    for patient in PATIENTS[:2]:
        name = f"{patient}_acq-sag_T2w"
        masks = folder / "derivatives" / "labels" / patient / "anat"
        masks.mkdir(parents=True)
        (folder / patient / "anat").mkdir(parents=True)
        write_image(masks / f"{name}_dseg.nii.gz", mask)
        t2 = anatomy.t2(mask)
        write_image(folder / patient / "anat" / f"{name}.nii.gz", t2)
    return folder


@pytest.fixture
def cohort(made, tmp_path):
    return shutil.copytree(made, tmp_path / "cohort")


def mask_of(cohort, patient):
    folder = cohort / "derivatives" / "labels" / patient / "anat"
    return folder / f"{patient}_acq-sag_T2w_dseg.nii.gz"


def rows_of(table):
    return parquet.read_table(table).to_pylist()


def test_the_table_holds_what_one_call_per_patient_finds(cohort, tmp_path):
    found = measure_cohort(cohort, tmp_path / "all.parquet", processes=2)
    assert found.done == PATIENTS[:2]
    assert found.without == PATIENTS[2:]
    rows = [row for row in rows_of(found.table) if row["subject"] == "sub-01"]
    t2 = cohort / "sub-01" / "anat" / "sub-01_acq-sag_T2w.nii.gz"
    alone = measure_mask(mask_of(cohort, "sub-01"), t2=t2)
    assert {row["name"] for row in rows} == {*MEASUREMENTS}
    assert [row["value"] for row in rows if row["name"] == "disc_height_mm"] == [
        item.value for item in alone if item.name == "disc_height_mm"
    ]


def test_a_bad_patient_is_reported_and_stops_nobody(cohort, tmp_path):
    mask_of(cohort, "sub-01").write_bytes(b"torn off")
    found = measure_cohort(cohort, tmp_path / "all.parquet", processes=1)
    assert found.done == ("sub-02",)
    assert "sub-01_acq-sag_T2w_dseg.nii.gz" in found.failed["sub-01"]
    assert {row["subject"] for row in rows_of(found.table)} == {"sub-02"}


def test_only_what_changed_is_measured_again(cohort, tmp_path):
    out = tmp_path / "all.parquet"
    measure_cohort(cohort, out, processes=1)
    before = rows_of(out)
    again = measure_cohort(cohort, out, processes=1)
    assert (again.done, again.kept) == ((), PATIENTS[:2])
    assert rows_of(out) == before
    anatomy = AnalyticSpine(gap_mm=2.5)
    turned = {"turn_deg": (4, 3, 2)}
    mask = anatomy.mask(grid_around(AnalyticSpine(), (4.0, 1.5, 1.5), **turned))
    write_image(mask_of(cohort, "sub-02"), mask)
    last = measure_cohort(cohort, out, processes=1)
    assert (last.done, last.kept) == (("sub-02",), ("sub-01",))
    assert rows_of(out) != before


def test_what_speaks_against_a_patient_is_in_the_table_and_told(cohort, tmp_path):
    mask = read_image(mask_of(cohort, "sub-02"))
    half = Image(mask.values, np.diag([0.5, 0.5, 0.5, 1]) @ mask.affine)
    write_image(mask_of(cohort, "sub-02"), half)
    (cohort / "sub-02/anat/sub-02_acq-sag_T2w.nii.gz").unlink()
    out = tmp_path / "all.parquet"
    for _ in range(2):  # the second time it is read from the table
        found = measure_cohort(cohort, out, processes=1)
        assert "as in no adult" in " ".join(found.doubts["sub-02"])
        assert all("only 4 grey values" in text for text in found.doubts["sub-01"])
    for row in rows_of(out):
        doubtful = row["subject"] == "sub-02" and row["value"] is not None
        assert ("as in no adult" in row["doubt"]) == doubtful
        assert bool(row["naming"]) == (row["value"] is not None)


def test_an_interrupted_run_goes_on_where_it_stopped(cohort, tmp_path, monkeypatch):
    whole = measure_cohort(cohort, tmp_path / "whole.parquet", processes=1)
    out = tmp_path / "all.parquet"
    mask, aside = mask_of(cohort, "sub-02"), tmp_path / "aside.nii.gz"
    shutil.copy2(mask, aside)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("lbp_outcome.cohort.measuring._put_together", stop)
    mask.write_bytes(b"torn off")
    with pytest.raises(KeyboardInterrupt):
        measure_cohort(cohort, out, processes=1)
    assert not out.exists()
    monkeypatch.undo()
    shutil.copy2(aside, mask)
    found = measure_cohort(cohort, out, processes=1)
    assert (found.kept, found.done) == (("sub-01",), ("sub-02",))
    assert rows_of(out) == rows_of(whole.table)


def test_a_cohort_is_written_as_parquet_only(cohort, tmp_path):
    with pytest.raises(InvalidChoice, match=r"ends in \.parquet"):
        measure_cohort(cohort, tmp_path / "all.csv")
