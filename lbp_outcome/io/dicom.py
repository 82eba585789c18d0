"""Reading a folder of DICOM files as one MR volume, or saying why it is none.

Messages name the folder and the trouble, never what the headers say of the patient.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.image import Image

if TYPE_CHECKING:
    from pydicom import Dataset

TO_RAS = np.diag([-1.0, -1.0, 1.0])
"""DICOM counts towards the patient's left and back."""

UNEVEN_MM = 0.2
"""Gaps between slices may differ this much, and places in the stack: rounding."""

PARALLEL = 1e-3
GEOMETRY = {"ImagePositionPatient": 3, "ImageOrientationPatient": 6, "PixelSpacing": 2}


def read_series(folder: Path) -> Image:
    """Read one MR series, one file per slice, with its place in the patient.

    Slices are put in order by where they lie; their numbers only say at which end to
    begin. Files of other kinds, such as a licence, are passed over.

    Raises:
        UnreadableFile: There are no DICOM files, more than one series, slices that are
            missing, uneven or not parallel, no geometry, pixels that cannot be read,
            or something other than MR.
    """
    folder = Path(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd values in headers that are not used here
        slices = _of_one_series(folder, _found(folder))
        ordered = _in_order(folder, slices)
        affine = _affine(folder, ordered)
        values = np.stack([_pixels(folder, data).T for data in ordered], axis=2)
    return Image(values, affine)


def _found(folder: Path) -> list["Dataset"]:
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.is_file() or path.name.upper() == "DICOMDIR":
            continue
        try:
            found.append(dcmread(path))
        except InvalidDicomError:
            if path.suffix.lower() == ".dcm":
                raise _damaged(folder) from None
        except Exception:  # pydicom raises many kinds for damaged files
            raise _damaged(folder) from None
    if not found:
        raise UnreadableFile(f"{folder.name}: the folder holds no DICOM files")
    return found


def _damaged(folder: Path) -> UnreadableFile:
    return UnreadableFile(
        f"{folder.name}: a DICOM file is truncated or damaged; export the series again"
    )


def _of_one_series(folder: Path, found: list["Dataset"]) -> list["Dataset"]:
    kinds = {str(data.get("Modality", "")) for data in found}
    if kinds != {"MR"}:
        raise UnreadableFile(
            f"{folder.name}: an MR series is needed; some files are of another kind"
        )
    series = {str(data.get("SeriesInstanceUID", "")) for data in found}
    if len(series) > 1:
        raise UnreadableFile(
            f"{folder.name}: {len(series)} series are mixed in one folder; put each in "
            f"a folder of its own"
        )
    if any(int(data.get("NumberOfFrames") or 1) > 1 for data in found):
        raise UnreadableFile(
            f"{folder.name}: a file holds many slices (enhanced MR); export the series "
            f"with one file per slice"
        )
    if any(not _complete(data) for data in found):
        raise UnreadableFile(
            f"{folder.name}: a slice does not say where it lies in the patient; export "
            f"the series again with its geometry"
        )
    shapes = {(data.get("Rows"), data.get("Columns")) for data in found}
    sides = np.array([_sides(data) for data in found])
    spacing = np.array([_spacing(data) for data in found])
    uneven = np.abs(sides - sides[0]).max() + np.abs(spacing - spacing[0]).max()
    if len(shapes) > 1 or uneven > PARALLEL:
        raise UnreadableFile(
            f"{folder.name}: the slices differ in direction or size; export each stack "
            f"as a series of its own"
        )
    return found


def _complete(data: "Dataset") -> bool:
    present = all(
        data.get(name) is not None and len(data.get(name)) == length
        for name, length in GEOMETRY.items()
    )
    return present and bool((_spacing(data) > 0).all())


def _in_order(folder: Path, slices: list["Dataset"]) -> list["Dataset"]:
    """Sort along the normal of the slices; the lowest number comes first."""
    normal = np.cross(*_sides(slices[0]))
    height = np.array([_corner(data) @ normal for data in slices])
    order = np.argsort(height)
    numbers = [int(slices[place].get("InstanceNumber") or 0) for place in order]
    steps = np.diff(height[order])
    if len(steps) and steps.min() < UNEVEN_MM:
        raise UnreadableFile(
            f"{folder.name}: several slices lie at one place (echoes or time points); "
            f"export one of them at a time"
        )
    if len(steps) and steps.max() - steps.min() > UNEVEN_MM:
        raise UnreadableFile(
            f"{folder.name}: slices lie {steps.min():.1f} to {steps.max():.1f} mm "
            f"apart; one is missing, or two stacks are mixed"
        )
    if numbers[-1] < numbers[0]:
        order = order[::-1]
    return [slices[place] for place in order]


def _affine(folder: Path, ordered: Sequence["Dataset"]) -> np.ndarray:
    """Return the affine [mm, RAS+]; columns of the file come first."""
    first, last = _corner(ordered[0]), _corner(ordered[-1])
    row, column = _sides(ordered[0])
    down, along = _spacing(ordered[0])
    if len(ordered) > 1:
        step = (last - first) / (len(ordered) - 1)
    else:
        step = np.cross(row, column) * _thickness(folder, ordered[0])
    places = first + np.arange(len(ordered))[:, None] * step
    corners = np.array([_corner(data) for data in ordered])
    if np.abs(corners - places).max() > UNEVEN_MM:
        raise UnreadableFile(f"{folder.name}: the slices do not lie in one even stack")
    affine = np.eye(4)
    affine[:3, :3] = TO_RAS @ np.column_stack([row * along, column * down, step])
    affine[:3, 3] = TO_RAS @ first
    return affine


def _thickness(folder: Path, data: "Dataset") -> float:
    thickness = data.get("SpacingBetweenSlices") or data.get("SliceThickness")
    if not thickness or float(thickness) <= 0:
        raise UnreadableFile(f"{folder.name}: the only slice gives no thickness")
    return float(thickness)


def _pixels(folder: Path, data: "Dataset") -> np.ndarray:
    syntax = data.file_meta.get("TransferSyntaxUID")
    packed = bool(getattr(syntax, "is_compressed", False))
    try:
        pixels = np.asarray(data.pixel_array)
    except Exception:  # pydicom raises many kinds, by codec and by damage
        if packed:
            raise UnreadableFile(
                f"{folder.name}: the pixels are compressed in a way that cannot be "
                f"read here; export the series uncompressed"
            ) from None
        raise _damaged(folder) from None
    if pixels.ndim != 2:
        raise UnreadableFile(f"{folder.name}: the slices are in colour, not grey")
    slope = float(data.get("RescaleSlope") or 1)
    start = float(data.get("RescaleIntercept") or 0)
    if (slope, start) == (1.0, 0.0):
        return pixels
    scaled: np.ndarray = (pixels * slope + start).astype(np.float32)
    return scaled


def _corner(data: "Dataset") -> np.ndarray:
    return np.array(data.ImagePositionPatient, dtype=float)


def _sides(data: "Dataset") -> np.ndarray:
    """Unit vectors along a row and along a column [DICOM axes]."""
    return np.array(data.ImageOrientationPatient, dtype=float).reshape(2, 3)


def _spacing(data: "Dataset") -> np.ndarray:
    return np.array(data.PixelSpacing, dtype=float)
