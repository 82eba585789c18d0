"""Real examinations give plausible numbers, or the reason why there are none."""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc
from lbp_outcome.examination import Examination
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS, measure, measure_mask
from lbp_outcome.place import Place

SHARED = Path(__file__).parents[4] / "shared" / "data"
LUMBAR_MR, DISCS, SAMPLE = (
    SHARED / "real_lumbar_mr",
    SHARED / "disc_volumes",
    SHARED / "tptbox_sample",
)

needs_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="real data (../shared/data) is not on this machine"
)

FROM_S1 = {"aka2", "dzzt1", "dzzt2", "s01"}
FROM_L5 = {"vb2x05", "vb3x01"}
DISCS_ONLY = {"ivd11", "ivd20"}

PLAUSIBLE = {
    "disc_height_mm": (3.0, 17.0),
    "disc_wedge_deg": (-8.0, 20.0),
    "disc_volume_mm3": (2_500.0, 22_000.0),
    "listhesis_mm": (-6.0, 12.0),
    "lumbar_lordosis_deg": (20.0, 80.0),
    "cobb_deg": (0.0, 25.0),
    "canal_area_mm2": (60.0, 300.0),
    "canal_ap_mm": (6.0, 20.0),
    "disc_csf_signal_ratio": (0.02, 1.2),
    "disc_height_anterior_mm": (2.0, 20.0),
    "disc_height_posterior_mm": (0.5, 14.0),
    "disc_depth_mm": (22.0, 48.0),
    "disc_width_mm": (30.0, 65.0),
    "dhi_mean": (0.1, 0.7),
    "dhi_farfan": (0.08, 0.6),
    "body_height_anterior_mm": (15.0, 36.0),
    "body_height_middle_mm": (13.0, 34.0),
    "body_height_posterior_mm": (15.0, 36.0),
    "body_depth_mm": (22.0, 45.0),
    "body_width_mm": (28.0, 65.0),
    "body_volume_cm3": (10.0, 65.0),
    "body_wedge_ratio": (0.7, 1.6),
    "segmental_lordosis_deg": (-12.0, 40.0),
    "listhesis_lateral_mm": (-6.0, 6.0),
    "endplate_roughness_mm": (0.0, 3.0),
    "disc_bulge_max_mm": (0.0, 12.0),
}
"""What is believable in adults; other measurements need a finite number only."""


@cache
def exam(subject):
    """Spine, image and file of one examination."""
    folder = LUMBAR_MR / "derivatives" / "labels" / f"sub-{subject}" / "anat"
    mask = next(folder.glob("*_dseg.nii.gz"))
    lowest = "S1" if subject in FROM_S1 else None
    spine = LABEL_SCHEMES["spider"].read(read_image(mask), lowest=lowest)
    name = mask.name.replace("_dseg", "")
    return spine, read_image(LUMBAR_MR / f"sub-{subject}" / "anat" / name), mask


def values(measurements, name):
    return {str(m.level): m.value for m in measurements if m.name == name}


@needs_data
@pytest.mark.parametrize("subject", sorted(FROM_S1 | FROM_L5 | DISCS_ONLY))
def test_every_number_is_plausible_and_every_gap_has_a_reason(subject):
    spine, t2, _ = exam(subject)
    for found in measure(Examination(spine=spine, t2=t2)):
        if found.value is None:
            assert found.reason
        else:
            low, high = PLAUSIBLE.get(found.name, (-1e6, 1e6))
            assert low <= found.value <= high, found


@needs_data
@pytest.mark.parametrize("subject", sorted(FROM_S1))
def test_a_sacrum_taken_for_l5_gives_no_absurd_cobb_angle(subject):
    mask = read_image(exam(subject)[2])
    misnamed = LABEL_SCHEMES["spider"].read(mask)
    assert values(measure(Examination(spine=misnamed)), "cobb_deg")["None"] < 25


@needs_data
@pytest.mark.parametrize("subject", sorted(FROM_S1 | FROM_L5))
def test_masks_of_vertebrae_give_disc_spaces_and_no_canal(subject):
    found = measure(Examination(spine=exam(subject)[0]))
    heights = values(found, "disc_height_mm")
    assert sum(height is not None for height in heights.values()) >= 4
    canal = {m.reason for m in found if m.name == "canal_area_mm2"}
    assert canal == {"the spinal canal is not segmented"}


@needs_data
@pytest.mark.parametrize("subject", sorted(DISCS_ONLY))
def test_masks_of_discs_give_heights_and_volumes_at_five_levels(subject):
    found = measure(Examination(spine=exam(subject)[0]))
    for name in ("disc_height_mm", "disc_wedge_deg", "disc_volume_mm3"):
        assert sum(value is not None for value in values(found, name).values()) == 5
    assert all(value is None for value in values(found, "listhesis_mm").values())


@needs_data
def test_the_known_slip_is_found_at_the_lowest_mobile_level_and_only_there():
    slips = values(measure(Examination(spine=exam("s01")[0])), "listhesis_mm")
    # on the picture the corners lie 8.3 mm apart, 7.1 mm of it along the disc
    assert slips.pop("L5-S1") == pytest.approx(7.1, abs=1.0)
    assert all(abs(slip) < 4 for slip in slips.values())


@needs_data
@pytest.mark.parametrize("subject", sorted(FROM_S1 | FROM_L5 | DISCS_ONLY))
def test_a_sacrum_taken_for_l5_is_pointed_out_and_nothing_else_is(subject):
    spine, _, mask = exam(subject)
    assert numbering_doubt(spine) == ""
    as_default = LABEL_SCHEMES["spider"].read(read_image(mask))
    assert bool(numbering_doubt(as_default)) == (subject in FROM_S1)


@needs_data
def test_two_scans_of_one_patient_give_the_same_spine():
    first, second = (
        measure(Examination(spine=exam(subject)[0])) for subject in ("dzzt1", "dzzt2")
    )
    for name, margin in (("disc_height_mm", 1.0), ("lumbar_lordosis_deg", 3.0)):
        for level, value in values(first, name).items():
            assert values(second, name)[level] == pytest.approx(value, abs=margin)


@needs_data
@pytest.mark.parametrize("semantic", [True, False])
def test_a_cropped_spineps_sample_is_counted_from_the_bottom(semantic):
    folder = SAMPLE / "sample_mri"
    found = measure_mask(
        folder / "sub-mri_seg-vert_label-6_msk.nii.gz",
        scheme="spineps",
        semantic=folder / "sub-mri_seg-subreg_label-6_msk.nii.gz" if semantic else None,
        t2=folder / "sub-mri_label-6_T2w.nii.gz",
    )
    heights = values(found, "disc_height_mm")
    assert heights["L3-L4"] == pytest.approx(9.1, abs=0.5)
    assert heights["L4-L5"] == pytest.approx(10.7, abs=0.5)
    canal = values(found, "canal_area_mm2")["L4-L5"]
    assert (canal is not None) == semantic
    assert all(m.value is not None or m.reason for m in found)


@needs_data
def test_a_ct_sample_with_anatomical_numbers_keeps_its_names():
    folder = SAMPLE / "sample_ct"
    spine = LABEL_SCHEMES["spineps"].read(
        read_image(folder / "sub-ct_seg-vert_label-22_msk.nii.gz"),
        semantic=read_image(folder / "sub-ct_seg-subreg_label-22_msk.nii.gz"),
    )
    assert [str(name) for name in spine.named] == ["L2", "L3", "L4"]
    assert spine.numbering == "anatomical"
    heights = values(measure(Examination(spine=spine)), "disc_height_mm")
    assert heights["L2-L3"] == pytest.approx(9, abs=4)


@needs_data
@pytest.mark.parametrize("number", range(1, 21))
def test_published_disc_volumes_are_reproduced_despite_the_header(number):
    mask = read_image(DISCS / f"{number}_Labels.nii.gz")
    with (DISCS / "volumes_cm3.csv").open(newline="") as file:
        published = next(
            row for row in csv.DictReader(file) if row["id"] == str(number)
        )
    labels = [4, 7, 11, 14, 18] if number == 5 else [51, 102, 153, 204, 255]
    spider = np.zeros(mask.values.shape, np.int16)
    for place, label in enumerate(labels, start=1):
        spider[mask.values == label] = 200 + place
    spine = LABEL_SCHEMES["spider"].read(Image(spider, mask.affine))
    assert "wrong axis" in spine.doubt
    for disc in spine.levels[1:]:
        found = MEASUREMENTS["disc_volume_mm3"](
            Examination(spine=spine), Place(disc=disc)
        )
        assert found.value / 1000 == pytest.approx(
            float(published[str(disc)]), abs=1e-4
        )
        assert (
            "wrong axis"
            in MEASUREMENTS["disc_height_mm"](
                Examination(spine=spine), Place(disc=disc)
            ).reason
        )


@needs_data
def test_a_level_that_is_not_in_the_numbering_is_not_invented():
    assert Disc.parse("L5-L6") not in exam("ivd11")[0].levels
