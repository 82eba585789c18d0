"""What can be asked of a simulated cohort beyond the default."""

import json
from collections import namedtuple

import numpy as np
import pandas as pd
import pytest

from lbp_outcome.cohort.folder import check_cohort, read_cohort
from lbp_outcome.errors import InvalidChoice, UnknownName
from lbp_outcome.io.images import read_image
from lbp_outcome.io.radiographs import read_radiograph
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.simulate.masks.causes import Cause

Usage = namedtuple("Usage", "total used free")


def read_table(path):
    return pd.read_csv(path, sep="\t", na_values="n/a", keep_default_na=False)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Return one patient of the planted world with all that can be asked for."""
    out = tmp_path_factory.mktemp("all") / "simulated"
    return simulate_cohort(
        out,
        patients=1,
        seed=2,
        processes=1,
        scenario="planted",
        where="disc:L3-L4",
        dixon=True,
        dicom=True,
        asymmetric=True,
    )


def test_the_dicom_form_holds_the_same_images(everything):
    studies = everything / "sourcedata" / "sub-0001"
    anat = everything / "sub-0001" / "anat"
    compared = 0
    for series in sorted(studies.iterdir()):
        name = series.name.partition("_")[2]
        if "xray" in name:
            continue
        dicom, nifti = read_image(series), read_image(anat / f"sub-0001_{name}.nii.gz")
        np.testing.assert_array_equal(dicom.values, nifti.values)
        np.testing.assert_allclose(dicom.affine, nifti.affine, atol=1e-3)
        compared += 1
    assert compared == 2 + 5 + 4  # sagittal, axial, Dixon


@pytest.mark.parametrize("view", ["lateral", "ap"])
def test_the_dicom_form_holds_the_same_films(everything, view):
    (path,) = (everything / "sourcedata").glob(f"sub-0001/*view-{view}*/0001.dcm")
    dicom, spacing = read_radiograph(path)
    png = everything / "sub-0001" / "xray" / f"sub-0001_view-{view}_xray.png"
    shown, same = read_radiograph(png)
    assert spacing == pytest.approx(same, rel=1e-3)
    assert np.abs(dicom / 16 - shown).max() <= 1


def test_axial_slices_say_which_disc_they_pass(everything):
    anat = everything / "sub-0001" / "anat"
    levels = [
        json.loads(path.read_text())["Level"]
        for path in sorted(anat.glob("*_acq-ax_*"))
        if path.suffix == ".json"
    ]
    assert levels[2:4] == ["L3-L4", "L4-L5"] or levels[1:3] == ["L3-L4", "L4-L5"]


def test_only_the_planted_signal_is_a_cause_in_the_planted_world(everything):
    truth = everything / "derivatives" / "truth" / "sub-0001" / "anat"
    causes = read_image(truth / "sub-0001_acq-sag_desc-causes_dseg.nii.gz")
    assert set(np.unique(causes.values)) == {0, Cause.PLANTED}
    names = json.loads((truth / "sub-0001_acq-sag_desc-causes_dseg.json").read_text())
    assert names["Causes"][str(Cause.PLANTED.value)] == "planted"


def test_one_side_is_clearly_worse_if_asked(everything):
    findings = read_table(everything / "derivatives" / "truth" / "findings.tsv")
    sides = findings[findings.name == "multifidus_size"].value.to_numpy()
    assert abs(sides[0] - sides[1]) / sides.max() > 0.10


def test_what_is_true_of_the_x_rays_is_written_for_those_who_have_some(everything):
    found = read_table(everything / "derivatives" / "truth" / "radiographs.tsv")
    assert len(found[found.name == "xray_lane_summary_grade"]) == 6
    assert set(found[found.value.isna()].name) == {"xray_osteophyte_back_mm"}


def test_a_folder_with_everything_is_in_order(everything):
    assert check_cohort(everything) == []
    assert read_cohort(everything).files["sub-0001"].segmentation.scheme == "spineps"


def test_a_patient_who_is_twice_in_the_tables_has_the_same_images(tmp_path):
    out = simulate_cohort(
        tmp_path / "leaky", patients=3, seed=0, scenario="leaky", processes=1
    )
    people = read_table(out / "derivatives" / "truth" / "patients.tsv")
    twin = people[people.is_duplicate_of.notna()].iloc[0]
    one, other = (
        read_image(out / name / "anat" / f"{name}_acq-sag_T2w.nii.gz")
        for name in (twin.participant_id, twin.is_duplicate_of)
    )
    np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize(
    ("wishes", "error", "message"),
    [
        ({"patients": 10**9}, InvalidChoice, "needs about .* GB, and"),
        ({"tables_only": True, "dicom": True}, InvalidChoice, "tables only"),
        ({"where": "disc"}, InvalidChoice, "plants no signal"),
        ({"scenario": "planted", "where": "disk"}, UnknownName, "mean 'disc'"),
        ({"scenario": "planted", "where": "disc:L9"}, InvalidChoice, "no level"),
    ],
)
def test_the_impossible_is_refused_before_anything_is_written(
    tmp_path, wishes, error, message
):
    with pytest.raises(error, match=message):
        simulate_cohort(tmp_path / "new", **wishes)
    assert not (tmp_path / "new").exists()


def test_a_full_disk_is_noticed_before_it_is_full(tmp_path, monkeypatch):
    small = Usage(total=10**9, used=10**9 - 10**7, free=10**7)
    monkeypatch.setattr("shutil.disk_usage", lambda _: small)
    with pytest.raises(InvalidChoice, match=r"has 0\.0 GB free; simulate fewer"):
        simulate_cohort(tmp_path / "new", patients=10)
    assert not (tmp_path / "new").exists()
