"""Reading and writing NIfTI and MHA volumes, with one clear line when it fails."""

import zlib
from pathlib import Path

import nibabel
import numpy as np
from nibabel import imageglobals
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from lbp_outcome.errors import GeometryMismatch, UnreadableFile
from lbp_outcome.image import Image
from lbp_outcome.io.atomic import atomic_file
from lbp_outcome.io.dicom import read_series

NIFTI = (".nii", ".nii.gz")
META_IMAGE = (".mha", ".mhd", ".nrrd")

LARGEST_VOXELS = 2_000_000_000
"""Refuse headers that ask for more than this many voxels: damaged or hostile."""


def read_image(path: Path) -> Image:
    """Read a three-dimensional image with its patient geometry.

    A folder is read as one DICOM series.

    Raises:
        UnreadableFile: The file is absent, truncated, of another format, or not
            three-dimensional; or the folder holds no single, even series.
    """
    path = Path(path)
    return read_series(path) if path.is_dir() else _read_file(path)


def write_image(path: Path, image: Image) -> None:
    """Write a NIfTI file that appears whole or not at all."""
    values = image.values
    if values.dtype == bool:
        values = values.astype(np.uint8)
    nifti = nibabel.Nifti1Image(values, image.affine)
    nifti.header.set_xyzt_units("mm")
    with atomic_file(path) as temporary:
        nibabel.save(nifti, temporary)


def _read_file(path: Path) -> Image:
    if not path.is_file():
        raise UnreadableFile(
            f"{path}: there is no such file; check its name and folder"
        )
    try:
        if path.name.endswith(NIFTI):
            return _read_nifti(path)
        if path.name.endswith(META_IMAGE):
            return _read_meta_image(path)
    except (
        OSError,
        EOFError,
        zlib.error,
        ArithmeticError,
        RuntimeError,
        ValueError,
    ) as error:
        if isinstance(error, UnreadableFile):
            raise
        if isinstance(error, GeometryMismatch):
            raise GeometryMismatch(f"{path.name}: {error}.") from None
        raise UnreadableFile(
            f"{path.name}: the file is truncated or damaged and cannot be read; "
            f"copy or export it again."
        ) from None
    except (ImageFileError, HeaderDataError):
        raise UnreadableFile(
            f"{path.name}: this is not a NIfTI image, or it is damaged."
        ) from None
    raise UnreadableFile(
        f"{path.name}: images must be NIfTI (.nii, .nii.gz), MetaImage (.mha) or a "
        f"folder with one DICOM series."
    )


def _read_nifti(path: Path) -> Image:
    imageglobals.logger.disabled = True  # a bad header is told in one line
    nifti = nibabel.load(path)
    shape = _three_axes(path, nifti.shape)
    values = np.asanyarray(nifti.dataobj).reshape(shape)
    return Image(_finite(path, values), np.asarray(nifti.affine, dtype=float))


def _read_meta_image(path: Path) -> Image:
    import SimpleITK  # slow to import, and most files are NIfTI

    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    itk = SimpleITK.ReadImage(str(path))
    shape = _three_axes(path, itk.GetSize())
    values = SimpleITK.GetArrayFromImage(itk).T.reshape(shape)
    direction = np.array(itk.GetDirection()).reshape(3, 3)
    affine = np.eye(4)
    affine[:3, :3] = direction * np.array(itk.GetSpacing())
    affine[:3, 3] = itk.GetOrigin()
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0])  # ITK counts towards left and posterior
    return Image(_finite(path, values), to_ras @ affine)


def _three_axes(path: Path, shape: tuple[int, ...]) -> tuple[int, ...]:
    trimmed = tuple(shape)
    while len(trimmed) > 3 and trimmed[-1] == 1:
        trimmed = trimmed[:-1]
    if len(trimmed) != 3:
        raise UnreadableFile(
            f"{path.name}: the image has {len(trimmed)} axes; one volume with three "
            f"axes is needed."
        )
    if min(trimmed) < 1 or np.prod(trimmed, dtype=float) > LARGEST_VOXELS:
        raise UnreadableFile(
            f"{path.name}: the header asks for {trimmed} voxels; the file is damaged."
        )
    return trimmed


def _finite(path: Path, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind not in "iufb":
        raise UnreadableFile(
            f"{path.name}: voxels must be plain numbers, not {values.dtype} (colour or "
            f"complex)."
        )
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        cleaned: np.ndarray = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return cleaned
    return values
