"""Every trap of real files is found and named, before a wrong number is written."""

import logging
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from lbp_outcome.anatomy import Disc, Vertebra
from lbp_outcome.errors import (
    GeometryMismatch,
    InvalidChoice,
    LbpError,
    UnknownLabel,
    UnreadableFile,
)
from lbp_outcome.examination import Person
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image, write_image
from lbp_outcome.labels import LABEL_SCHEMES, alignment_remark, read_spine
from lbp_outcome.measurements import doubts_in, measure_files, read_norms
from lbp_outcome.patient_files import PatientFiles, Segmentation
from lbp_outcome.phantoms import AnalyticSpine, Segment, grid_around

DATA = Path(__file__).parents[4] / "shared" / "data"
real = pytest.mark.skipif(
    not (DATA / "real_lumbar_mr").is_dir(), reason="the shared data are not here"
)

LENGTHS = ("disc_height_mm", "canal_ap_mm", "lumbar_lordosis_deg", "disc_area_mm2")
ANATOMY = AnalyticSpine(segments=(Segment(),) * 5, gap_mm=0.5)
GRID = grid_around(ANATOMY, (4.0, 1.0, 1.0), axes="LPS")
CANAL = 100
L34 = Disc(Vertebra.L3, Vertebra.L4)


@pytest.fixture(scope="module")
def mask():
    """Five vertebrae with discs and canal, SPIDER's numbers, thick slices."""
    return ANATOMY.mask(GRID)


@pytest.fixture(scope="module")
def t2(mask):
    """Fluid 900, marrow 300 and discs 500, with some noise."""
    bright = np.select([mask.values == CANAL, mask.values > 200], [900, 500], 300)
    noise = np.random.default_rng(0).normal(0, 15, mask.values.shape)
    values = np.where(mask.values > 0, bright, 150) + noise
    return Image(values.clip(1, 4095).astype(np.int16), mask.affine)


@pytest.fixture
def files(tmp_path, mask):
    """Write a mask, and perhaps a T2 image, and name both."""

    def written(values=None, affine=None, t2=None, scheme="spider", t2_name="T2w"):
        path = tmp_path / "sub-1_T2w_dseg.nii.gz"
        write_image(
            path,
            Image(
                mask.values if values is None else values,
                mask.affine if affine is None else affine,
            ),
        )
        scan = None
        if t2 is not None:
            scan = tmp_path / f"sub-1_{t2_name}.nii.gz"
            write_image(scan, t2)
        return PatientFiles(
            segmentation=Segmentation(mask=path, scheme=scheme), t2=scan
        )

    return written


def reasons(found, names=LENGTHS, at=None):
    chosen = [item for item in found if item.name in names]
    return {item.reason for item in chosen if at in (None, item.level)}


def refusal(files):
    with pytest.raises(LbpError) as refused:
        measure_files(files)
    message = str(refused.value)
    assert "\n" not in message
    assert str(files.segmentation.mask.parent) not in message
    return type(refused.value), message


# The header


def test_spacing_on_the_wrong_axis_leaves_no_length(files, mask):
    spacing = mask.spacing_mm
    affine = mask.affine.copy()
    affine[:3, :3] = affine[:3, :3] / spacing * spacing[[2, 1, 0]]
    (reason,) = reasons(measure_files(files(affine=affine)))
    assert "spacing seems to be on the wrong axis (4 mm along an axis with" in reason
    assert "volumes are right, lengths are not" in reason


@pytest.mark.parametrize("factor", [0.1, 0.001, 10.0])
def test_a_header_in_another_unit_is_refused(files, mask, factor):
    kind, message = refusal(files(affine=np.diag([factor] * 3 + [1]) @ mask.affine))
    assert kind is GeometryMismatch
    assert "the header's spacing is not in millimetres" in message


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1, 2)])
def test_half_or_double_spacing_is_doubted_or_refused(files, mask, factor, axes):
    scale = np.diag([factor if axis in axes else 1.0 for axis in (0, 1, 2)] + [1.0])
    found = measure_files(files(affine=scale @ mask.affine))
    lengths = [m for m in found if m.name == "disc_area_mm2" and m.level == L34]
    for item in lengths:
        assert item.reason or "as in no adult" in item.doubt


def test_the_doubt_about_a_size_names_it_with_the_usual_range(files, mask):
    found = measure_files(files(affine=np.diag([0.5, 0.5, 0.5, 1]) @ mask.affine))
    (doubt,) = [text for text in doubts_in(found) if "adult" in text]
    assert "vertebral bodies are 17 mm deep (adults: 23 to 46)" in doubt
    assert "the header's spacing is probably wrong, or the patient is a child" in doubt
    assert doubts_in(measure_files(files())) == ()


def test_a_mask_turned_back_to_front_leaves_no_length(files, mask):
    found = measure_files(files(values=np.ascontiguousarray(mask.values[:, ::-1])))
    (reason,) = reasons(found)
    assert "in front of the vertebrae or discs: the mask or its header" in reason


def test_a_mask_upside_down_is_refused(files, mask):
    kind, message = refusal(files(values=np.ascontiguousarray(mask.values[..., ::-1])))
    assert kind is GeometryMismatch
    assert "the header turns the patient upside down" in message


# Image and mask


def test_a_mask_with_a_slice_less_is_refused_and_the_end_named(files, mask, t2):
    kind, message = refusal(files(values=mask.values[:-1], t2=t2))
    assert kind is GeometryMismatch
    slices = len(mask.values)
    assert f"has {slices - 1} slices from right to left where" in message
    assert "1 missing at the left end" in message


def test_a_mask_that_was_moved_is_refused_with_the_distance(files, mask, t2):
    affine = mask.affine.copy()
    affine[2, 3] += 5
    kind, message = refusal(files(affine=affine, t2=t2))
    assert kind is GeometryMismatch
    assert "is shifted by 5.0 mm to the head" in message


@pytest.mark.parametrize(
    ("axis", "by", "back"),
    [
        (2, -4, "3.0 mm nearer to the head"),
        (2, 4, "3.0 mm nearer to the foot"),
    ],
)
def test_a_mask_moved_on_its_voxels_is_doubted(files, mask, t2, axis, by, back):
    """The axes count towards left, back and head."""
    wide = [(8, 8)] * 3
    labels = np.roll(np.pad(mask.values, wide), by, axis=axis)
    scan = Image(np.pad(t2.values, wide, mode="edge"), mask.affine)
    doubts = doubts_in(measure_files(files(values=labels, t2=scan)))
    assert any(f"with the mask {back}: mask" in text for text in doubts)


def test_a_mask_mirrored_on_its_voxels_is_doubted_where_the_patient_lay_aside(files):
    grid = grid_around(ANATOMY, (4.0, 1.0, 1.0), axes="LPS")
    wide = [(0, 4), (0, 0), (0, 0)]
    mask = Image(np.pad(ANATOMY.mask(grid).values, wide), grid.affine)
    values = 1000.0 * (mask.values > 0) + np.arange(mask.values.shape[1])[:, None]
    scan = Image(values.astype(np.int16), mask.affine)
    mirrored = np.ascontiguousarray(mask.values[::-1])
    for labels, doubted in ((mask.values, False), (mirrored, True)):
        found = measure_files(files(values=labels, affine=mask.affine, t2=scan))
        said = " ".join(doubts_in(found))
        assert ("with the mask mirrored from left to right" in said) == doubted


def test_a_t1_image_given_as_t2_is_refused_by_its_name(files, t2):
    kind, message = refusal(files(t2=t2, t2_name="T1w"))
    assert kind is InvalidChoice
    assert "was given as the T2 image, but its name says T1" in message


def test_an_image_with_dark_fluid_is_doubted_beside_every_number(files, t2, caplog):
    like_t1 = Image((1000 - t2.values).clip(1).astype(np.int16), t2.affine)
    found = measure_files(files(t2=like_t1))
    assert "sub-1_T2w.nii.gz: the fluid is darker than the vertebrae" in caplog.text
    signal = [m for m in found if m.name == "disc_csf_signal_ratio" and m.value]
    assert signal
    assert all("check that it is a T2 image" in item.doubt for item in signal)
    assert not any(m.doubt for m in found if m.name == "disc_volume_mm3")


def test_a_mask_given_as_t2_is_pointed_out(files, mask, caplog):
    measure_files(files(t2=mask))
    assert "grey values, like a mask or an empty image" in caplog.text


def test_a_right_image_is_not_doubted(files, t2, caplog):
    measure_files(files(t2=t2))
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


def test_clipped_fluid_flags_the_ratios(files, t2):
    clipped = Image(np.minimum(t2.values, 880), t2.affine)
    found = measure_files(files(t2=clipped))
    (reason,) = reasons(found, ("disc_csf_signal_ratio",), at=L34)
    assert "the image is clipped" in reason
    assert "the ratio is at most" in reason


def test_a_standardised_image_gives_no_ratio(files, t2):
    values = (t2.values - t2.values.mean()) / t2.values.std()
    found = measure_files(files(t2=Image(values.astype(np.float32), t2.affine)))
    (reason,) = reasons(found, ("disc_csf_signal_ratio",), at=L34)
    assert "was standardised" in reason


def test_black_tissue_is_a_reason_and_no_enormous_number(files, mask, t2):
    black = Image(np.where(mask.values == CANAL, 0, t2.values), t2.affine)
    found = [m for m in measure_files(files(t2=black)) if m.unit == "1"]
    assert max(m.value for m in found if m.value is not None) < 1000
    (reason,) = reasons(found, ("vbq_t2_ratio",))
    assert "the canal behind L3 is black on the T2 image: part of" in reason


# The labels


def test_an_unknown_label_is_named_with_the_schemes_that_have_it(files, mask):
    values = np.where(mask.values == 1, 300, mask.values).astype(np.uint16)
    kind, message = refusal(files(values=values))
    assert kind is UnknownLabel
    assert "label 300 is not defined by scheme spider" in message


def test_a_scan_given_as_mask_is_told_from_a_mask_of_another_scheme(files, t2):
    kind, message = refusal(files(values=t2.values))
    assert kind is UnknownLabel
    assert "this is a scan, or a mask that was interpolated" in message


def test_interpolated_labels_are_refused(files, mask):
    smooth = ndimage.zoom(mask.values.astype(np.float32), (1, 0.9, 0.9), order=1)
    affine = mask.affine @ np.diag([1, 1 / 0.9, 1 / 0.9, 1])
    kind, message = refusal(files(values=smooth, affine=affine))
    assert kind is UnknownLabel
    assert "it was interpolated" in message


def test_dilated_discs_leave_no_length(files, mask):
    wide = ndimage.grey_dilation(mask.values, size=(1, 3, 21))
    (reason,) = reasons(measure_files(files(values=wide)), ("disc_height_mm",))
    assert "more than any disc is: its labels were dilated" in reason


def rough(values):
    """Take away single voxels of the outline, as if it had been drawn."""
    inside = values > 0
    outline = inside & ~ndimage.binary_erosion(inside)
    random = np.random.default_rng(1).random(values.shape)
    return np.where(outline & (random < 0.03), 0, values)


NEIGHBOURS = ndimage.generate_binary_structure(3, 1)
DILATIONS = {
    "every neighbour": np.ones((3, 3, 3)),
    "in the slice": np.ones((1, 3, 3)),
    "6 neighbours": NEIGHBOURS,
    "6 neighbours twice": ndimage.iterate_structure(NEIGHBOURS, 2),
}


@pytest.mark.parametrize("shape", DILATIONS)
def test_labels_dilated_by_a_voxel_are_doubted_beside_every_number(files, mask, shape):
    drawn = rough(mask.values)
    wide = ndimage.grey_dilation(drawn, footprint=DILATIONS[shape])
    for values, doubted in ((drawn, False), (wide, True)):
        found = [m for m in measure_files(files(values=values)) if m.value is not None]
        assert all(("have no corner, as after" in m.doubt) == doubted for m in found)


def test_discs_dilated_alone_are_told_from_the_vertebrae(files, mask, caplog):
    drawn = rough(mask.values)
    discs = ndimage.grey_dilation(np.where(drawn > 200, drawn, 0), footprint=NEIGHBOURS)
    measure_files(files(values=np.where(discs > 0, discs, drawn)))
    assert "the outlines of the discs have no corner" in caplog.text


def test_shapes_of_geometry_are_not_taken_for_dilated_ones():
    for spacing in ((0.8, 0.8, 0.8), (4.0, 0.7, 0.7)):
        for shape in ("box", "ellipse"):
            anatomy = AnalyticSpine(shape=shape)
            mask = anatomy.mask(grid_around(anatomy, spacing, turn_deg=(5, -7, 8)))
            assert LABEL_SCHEMES["spider"].read(mask).remarks == ()


def test_one_label_over_two_vertebrae_is_pointed_out(files, mask, caplog):
    values = np.where(np.isin(mask.values, (3, 203)), 2, mask.values)
    values = np.where(values > 200, 0, values).astype(np.uint8)
    measure_files(files(values=values))
    assert "L4 would be" in caplog.text
    assert "check the scheme, the mask and its header" in caplog.text


def test_one_label_for_everything_leaves_no_number(files, mask):
    found = measure_files(files(values=(mask.values > 0).astype(np.uint8)))
    assert not any(item.value is not None for item in found)


def test_a_mask_of_muscles_is_no_mask_of_a_spine(files, mask):
    values = np.where(mask.values == 1, 5101, 0).astype(np.uint16)
    kind, message = refusal(files(values=values, scheme="auto"))
    assert kind is InvalidChoice
    assert "label 5101 is muscles of musclemap" in message.replace(" are ", " is ")


def test_a_stub_of_a_body_in_the_sacrum_is_not_taken_for_it(tmp_path, mask):
    vertebrae = np.zeros_like(mask.values, np.uint8)
    for label, number in ((1, 26), (2, 24), (3, 23), (4, 22)):
        vertebrae[mask.values == label] = number
    tissues = np.where((vertebrae > 0) & (vertebrae < 26), 49, 0).astype(np.uint8)
    stray = np.argwhere(vertebrae == 26)[:3]
    tissues[vertebrae == 26] = 26
    tissues[tuple(stray.T)] = 49
    for name, values in (("vert", vertebrae), ("spine", tissues)):
        write_image(tmp_path / f"{name}.nii.gz", Image(values, mask.affine))
    spine = read_spine(
        tmp_path / "vert.nii.gz",
        scheme="spineps",
        semantic=tmp_path / "spine.nii.gz",
    )
    assert Vertebra.S1 in spine.vertebrae
    assert {*spine.corpora} == {Vertebra.L5, Vertebra.L4, Vertebra.L3}


# Files of other people


def exams_of_others():
    """Every real examination whose vertebrae are segmented: mask, image, scheme."""
    found = []
    for image in sorted((DATA / "real_lumbar_mr").glob("sub-*/anat/*w.nii.gz")):
        labels = DATA / "real_lumbar_mr/derivatives/labels"
        stem = image.name.removesuffix(".nii.gz")
        masks = [*labels.rglob(f"{stem}_dseg.nii.gz")]
        found += [(mask, image, "spider") for mask in masks]
    sample = DATA / "tptbox_sample" / "sample_mri"
    vertebrae = sample / "sub-mri_seg-vert_label-6_msk.nii.gz"
    return [*found, (vertebrae, sample / "sub-mri_label-6_T2w.nii.gz", "spineps")]


@real
@pytest.mark.parametrize(("mask", "image", "scheme"), exams_of_others())
def test_right_masks_of_others_are_not_doubted(mask, image, scheme):
    """Neither as dilated nor as mirrored or moved; the image may be T1."""
    spine = LABEL_SCHEMES[scheme].read(read_image(mask))
    assert spine.remarks == ()
    assert alignment_remark(read_image(image), spine) == ""


@real
@pytest.mark.parametrize("subject", ["s01", "vb2x05", "ivd11"])
def test_dilated_masks_of_others_are_doubted(subject):
    folder = DATA / "real_lumbar_mr" / "derivatives" / "labels" / f"sub-{subject}"
    mask = read_image(next(folder.rglob("*_dseg.nii.gz")))
    wide = ndimage.grey_dilation(mask.values, footprint=NEIGHBOURS)
    spine = LABEL_SCHEMES["spider"].read(Image(wide, mask.affine))
    assert "have no corner" in " ".join(spine.remarks)


@real
@pytest.mark.parametrize(
    ("subject", "found"), [("aka2", True), ("vb2x05", True), ("s01", False)]
)
def test_a_mirrored_mask_is_found_in_some_of_the_real_examinations(subject, found):
    """Three of seven are too symmetric, or too well centred, to be told."""
    masks = DATA / "real_lumbar_mr" / "derivatives" / "labels" / f"sub-{subject}"
    mask = read_image(next(masks.rglob("*_dseg.nii.gz")))
    folder = DATA / "real_lumbar_mr" / f"sub-{subject}" / "anat"
    across = int(np.abs(mask.affine[0, :3]).argmax())
    mirrored = Image(np.flip(mask.values, across).copy(), mask.affine)
    spine = LABEL_SCHEMES["spider"].read(mirrored)
    image = read_image(next(folder.glob("*_T2w.nii.gz")))
    assert ("mirrored" in alignment_remark(image, spine)) == found


@real
def test_published_masks_with_scaled_labels_are_named_with_the_step():
    for number, step in ((1, "51"), (5, "3.6")):
        path = DATA / "disc_volumes" / f"{number}_Labels.nii.gz"
        for scheme in ("spider", "auto"):
            with pytest.raises(UnknownLabel, match=f"multiples of {step}, as if"):
                read_spine(path, scheme=scheme)


@real
def test_published_masks_with_wrong_spacing_are_named(tmp_path):
    scaled = read_image(DATA / "disc_volumes" / "1_Labels.nii.gz")
    labels = np.round(scaled.values / 51).astype(np.uint8)
    discs = np.where(labels > 0, 200 + labels, 0).astype(np.uint8)
    write_image(tmp_path / "m.nii.gz", Image(discs, scaled.affine))
    assert "on the wrong axis" in read_spine(tmp_path / "m.nii.gz").doubt


@real
def test_exchanged_masks_of_spineps_are_named():
    folder = DATA / "tptbox_sample" / "sample_mri"
    vert = folder / "sub-mri_seg-vert_label-6_msk.nii.gz"
    tissues = folder / "sub-mri_seg-subreg_label-6_msk.nii.gz"
    with pytest.raises(InvalidChoice, match="the two masks are exchanged"):
        read_spine(tissues, scheme="auto", semantic=vert)
    with pytest.raises(UnknownLabel, match="the semantic mask of spineps"):
        read_spine(tissues, scheme="spineps", semantic=vert)


@real
@pytest.mark.parametrize("subject", ["aka2", "dzzt2", "s01", "vb2x05"])
def test_bodies_numbered_in_two_ways_are_asked_about(subject):
    folder = DATA / "real_lumbar_mr" / "derivatives" / "labels" / f"sub-{subject}"
    (mask,) = folder.rglob("*_dseg.nii.gz")
    with pytest.raises(InvalidChoice, match=r"spider or totalsegmentator_vertebrae_mr"):
        read_spine(mask, scheme="auto")


@real
def test_masks_of_one_label_are_recognised_with_the_right_levels():
    folder = DATA / "totalsegmentator_ref" / "spine_report"
    whole = read_spine(
        folder / "example_ct_report" / "totalseg.nii.gz", scheme="totalsegmentator_ct"
    )
    refined = read_spine(
        folder / "test_result" / "totalseg_vertebrae_pp_refined.nii.gz", scheme="auto"
    )
    for upper, lower in pairwise(refined.vertebrae):
        for name in (upper, lower):
            apart = whole.vertebrae[name].centroid - refined.vertebrae[name].centroid
            assert abs(apart[2]) < 6


# Reference values


HEAD = "source,muscle,sex,percent,at_age,per_year,at_bmi,per_bmi,sd\n"


def test_reference_values_depend_on_what_was_given_and_on_nothing_else(
    tmp_path, files, mask, monkeypatch
):
    table = tmp_path / "norms.csv"
    table.write_text(HEAD + '"Ours",psoas,female,5,50,0,25,0,1.5\n')
    monkeypatch.setenv("LBP_MUSCLE_NORMS", str(table))
    person = Person(age=50.0, male=False)
    plain = files().examination(person)
    assert plain.norms is None
    assert files().examination(person, norms=table).norms == table
    assert read_norms(table)[0].source == "Ours"
    assert replace(plain, norms=table).norms == table


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe\x00\x01", "no table of reference values"),
        (HEAD.encode(), "the table has no lines"),
        ((HEAD + "A,psoas,female,5,50,0,25,0,1.5\n" * 2).encode(), "line 3: psoas"),
        ((HEAD + "A,psoas\n").encode(), "line 2: sex is ''"),
    ],
)
def test_a_faulty_table_of_reference_values_stops_everything(
    tmp_path, files, content, says
):
    table = tmp_path / "norms.csv"
    table.write_bytes(content)
    with pytest.raises(UnreadableFile, match=says):
        measure_files(files(), norms=table)
