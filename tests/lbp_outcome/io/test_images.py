import gzip

import nibabel
import numpy as np
import pytest

from lbp_outcome.errors import GeometryMismatch, UnreadableFile
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image, write_image

AFFINE = np.array(
    [
        [0.0, 0.3, -3.9, 40.0],
        [-0.7, 0.0, 0.4, 12.0],
        [0.0, 0.7, 0.5, -50.0],
        [0, 0, 0, 1],
    ]
)


@pytest.fixture
def image():
    values = np.random.default_rng(0).integers(0, 900, (7, 6, 5)).astype(np.int16)
    return Image(values, AFFINE)


def as_mha(image, path):
    """Write with ITK, which counts towards the left and the back."""
    import SimpleITK

    itk = SimpleITK.GetImageFromArray(image.values.T)
    flip = np.diag([-1.0, -1.0, 1.0])
    matrix = flip @ image.affine[:3, :3]
    spacing = np.linalg.norm(matrix, axis=0)
    itk.SetSpacing(spacing.tolist())
    itk.SetDirection((matrix / spacing).ravel().tolist())
    itk.SetOrigin((flip @ image.affine[:3, 3]).tolist())
    SimpleITK.WriteImage(itk, str(path))


def orthogonal(image):
    turn = np.linalg.qr(image.affine[:3, :3])[0]
    affine = image.affine.copy()
    affine[:3, :3] = turn * [0.7, 0.7, 4.0]
    return Image(image.values, affine)


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_what_is_written_is_read_back(image, tmp_path, name):
    write_image(tmp_path / name, image)
    found = read_image(tmp_path / name)
    np.testing.assert_array_equal(found.values, image.values)
    np.testing.assert_allclose(found.affine, image.affine, atol=1e-5)


def test_a_mask_of_true_and_false_becomes_zeros_and_ones(image, tmp_path):
    write_image(tmp_path / "m.nii.gz", Image(image.values > 400, AFFINE))
    assert set(np.unique(read_image(tmp_path / "m.nii.gz").values)) == {0, 1}


def test_mha_and_nifti_lie_at_the_same_place_in_the_patient(image, tmp_path):
    image = orthogonal(image)
    write_image(tmp_path / "a.nii.gz", image)
    as_mha(image, tmp_path / "a.mha")
    nifti, mha = read_image(tmp_path / "a.nii.gz"), read_image(tmp_path / "a.mha")
    assert nifti.same_grid(mha)
    np.testing.assert_array_equal(nifti.values, mha.values)


def test_a_truncated_file_says_so(image, tmp_path):
    large = Image(np.random.default_rng(1).integers(0, 900, (40, 40, 40)), AFFINE)
    write_image(tmp_path / "whole.nii.gz", Image(large.values.astype(np.int16), AFFINE))
    whole = (tmp_path / "whole.nii.gz").read_bytes()
    for share in (0.99, 0.5, 0.001):
        cut = tmp_path / f"cut_{share}.nii.gz"
        cut.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(UnreadableFile, match=rf"{cut.name}: .*damaged"):
            read_image(cut)


def test_a_truncated_header_says_so(image, tmp_path):
    write_image(tmp_path / "whole.nii", image)
    (tmp_path / "cut.nii").write_bytes((tmp_path / "whole.nii").read_bytes()[:200])
    with pytest.raises(UnreadableFile, match=r"cut\.nii"):
        read_image(tmp_path / "cut.nii")


@pytest.mark.parametrize("name", ["notes.nii.gz", "notes.nii", "notes.mha"])
def test_a_renamed_text_file_is_no_image(tmp_path, name):
    (tmp_path / name).write_text("patient asked about parking\n" * 40)
    with pytest.raises(UnreadableFile, match=name.replace(".", r"\.")):
        read_image(tmp_path / name)


def test_an_ending_that_is_no_image_is_refused(tmp_path):
    (tmp_path / "scan.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(UnreadableFile, match="must be NIfTI"):
        read_image(tmp_path / "scan.jpg")


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match="there is no such file"):
        read_image(tmp_path / "absent.nii.gz")


def test_a_series_of_volumes_is_refused_but_one_volume_is_not(tmp_path):
    series = nibabel.Nifti1Image(np.zeros((4, 4, 4, 3), np.int16), AFFINE)
    nibabel.save(series, tmp_path / "four.nii.gz")
    with pytest.raises(UnreadableFile, match="has 4 axes; one volume"):
        read_image(tmp_path / "four.nii.gz")
    single = nibabel.Nifti1Image(np.zeros((4, 5, 6, 1), np.int16), AFFINE)
    nibabel.save(single, tmp_path / "one.nii.gz")
    assert read_image(tmp_path / "one.nii.gz").values.shape == (4, 5, 6)


def test_a_header_that_flattens_the_patient_is_refused(tmp_path):
    sound = nibabel.Nifti1Image(np.ones((4, 4, 4), np.int16), AFFINE)
    nibabel.save(sound, tmp_path / "flat.nii")
    bytes_ = bytearray((tmp_path / "flat.nii").read_bytes())
    bytes_[312:328] = bytes(16)  # the last row of the header's affine
    (tmp_path / "flat.nii").write_bytes(bytes_)
    with pytest.raises(GeometryMismatch, match=r"flat\.nii: .*cannot be inverted"):
        read_image(tmp_path / "flat.nii")


def test_values_that_are_not_numbers_become_zero(tmp_path):
    values = np.ones((3, 3, 3), np.float32)
    values[0, 0, 0], values[1, 1, 1] = np.nan, np.inf
    nibabel.save(nibabel.Nifti1Image(values, AFFINE), tmp_path / "nan.nii.gz")
    found = read_image(tmp_path / "nan.nii.gz").values
    assert np.isfinite(found).all()
    assert found[0, 0, 0] == 0


def test_a_failed_write_leaves_the_old_file_and_nothing_else(image, tmp_path):
    path = tmp_path / "a.nii.gz"
    write_image(path, image)
    before = path.read_bytes()
    unwritable = Image(np.array([[["text"]]], dtype=object), AFFINE)
    with pytest.raises(Exception, match="data"):
        write_image(path, unwritable)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.nii.gz"]


def test_a_written_file_is_complete_gzip(image, tmp_path):
    write_image(tmp_path / "new" / "a.nii.gz", image)
    with gzip.open(tmp_path / "new" / "a.nii.gz") as file:
        assert len(file.read()) > 348
