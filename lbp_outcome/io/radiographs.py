"""Reading a lateral X-ray with the size of its pixels."""

import json
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.io.images import read_image

LARGEST_PIXELS = 100_000_000


def read_radiograph(
    path: Path,
) -> tuple[Float[np.ndarray, "row column"], tuple[float, float]]:
    """Return the grey values and the pixel size (row, column) [mm].

    Rows run down and columns run towards the patient's back. A PNG needs its size in
    a `.json` file of the same name: `{"PixelSpacing": [row_mm, column_mm]}`.

    Raises:
        UnreadableFile: The file is damaged, in colour, or gives no pixel size.
    """
    if path.suffix == ".png":
        return _read_png(path)
    if path.suffix == ".dcm":
        return _read_dicom(path)
    image = read_image(path)
    values = image.values.astype(float)
    if values.shape[2] != 1:
        raise UnreadableFile(f"{path.name}: an X-ray has one slice, not {values.shape}")
    return values[:, :, 0], (float(image.spacing_mm[0]), float(image.spacing_mm[1]))


def _read_png(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    from PIL import Image as Picture

    sidecar = path.with_suffix(".json")
    try:
        row_mm, column_mm = json.loads(sidecar.read_text("utf-8-sig"))["PixelSpacing"]
        spacing = (float(row_mm), float(column_mm))
    except (OSError, ValueError, KeyError, TypeError):
        raise UnreadableFile(
            f"{path.name}: {sidecar.name} must give "
            '{"PixelSpacing": [row_mm, column_mm]}'
        ) from None
    if min(spacing) <= 0:
        raise UnreadableFile(f"{sidecar.name}: PixelSpacing must be above 0 mm")
    try:
        with Picture.open(path) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                raise UnreadableFile(f"{path.name}: the picture is too large")
            pixels = np.asarray(picture)
    except (OSError, SyntaxError, ValueError):
        raise UnreadableFile(
            f"{path.name}: the picture is truncated or damaged"
        ) from None
    if pixels.ndim != 2:
        raise UnreadableFile(f"{path.name}: an X-ray is grey, this picture has colours")
    return pixels.astype(float), spacing


def _read_dicom(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    import pydicom

    try:
        data = pydicom.dcmread(path)
        pixels = np.asarray(data.pixel_array, dtype=float)
        spacing = data.get("PixelSpacing") or data.get("ImagerPixelSpacing")
    except Exception as error:  # pydicom raises many kinds for damaged files
        raise UnreadableFile(
            f"{path.name}: the DICOM file cannot be read ({type(error).__name__})"
        ) from None
    if pixels.ndim != 2:
        raise UnreadableFile(f"{path.name}: an X-ray is one grey picture")
    if spacing is None:
        raise UnreadableFile(f"{path.name}: the DICOM file gives no pixel size")
    if data.get("PhotometricInterpretation") == "MONOCHROME1":
        pixels = pixels.max() - pixels  # stored as a negative: bone would be dark
    return pixels, (float(spacing[0]), float(spacing[1]))
