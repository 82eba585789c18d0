"""Draw the panel of the documentation: random simulated patients, as they come.

By hand, from the top folder, on a cohort made by `lbp simulate`:
`python docs/images/simulated_patients.py COHORT docs/images/simulated_patients.png`
"""

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image as Picture

from lbp_outcome.io.images import read_image
from lbp_outcome.io.radiographs import read_radiograph

PATIENTS = 12
SEED = 1
ROWS = {
    "T2": 1.42,
    "T1": 1.42,
    "T2 axial": 0.92,
    "X-ray, lateral": 1.66,
    "X-ray, frontal": 1.44,
}
"""What is shown, and the height of each row relative to its width."""

COLUMN_INCHES = 1.55


def main(cohort: Path, out: Path) -> None:
    """Draw T2 and T1 in the middle, T2 through a disc, and both films."""
    chosen = complete(cohort)
    chance = np.random.default_rng(SEED)
    patients = sorted(chance.choice(chosen, size=PATIENTS, replace=False))
    heights = list(ROWS.values())
    figure, axes = plt.subplots(
        len(ROWS),
        PATIENTS,
        figsize=(PATIENTS * COLUMN_INCHES, (sum(heights) + 0.15) * COLUMN_INCHES),
        height_ratios=heights,
        facecolor="black",
    )
    for column, patient in enumerate(patients):
        folder = cohort / str(patient)
        for row, picture in enumerate(pictures(folder)):
            show(axes[row, column], *picture)
        axes[0, column].set_title(
            f"{patient}, simulated", color="0.85", fontsize=7, pad=3
        )
    for row, name in enumerate(ROWS):
        axes[row, 0].text(
            0.03, 0.97, name, color="w", fontsize=7, va="top",
            transform=axes[row, 0].transAxes,
        )  # fmt: skip
    figure.subplots_adjust(0, 0, 1, 0.98, wspace=0.02, hspace=0.02)
    figure.savefig(out, dpi=100, facecolor="black")
    Picture.open(out).convert("L").save(out, optimize=True)


def complete(cohort: Path) -> list[str]:
    """Names of the patients who have every image."""
    return [
        folder.name
        for folder in sorted(cohort.glob("sub-*"))
        if (folder / "xray").is_dir() and (folder / "anat").is_dir()
    ]


def pictures(folder: Path) -> list[tuple[np.ndarray, float]]:
    """Each picture of one patient with its rows downwards, and its height [mm]."""
    name = folder.name
    sagittal = [
        middle(folder / "anat" / f"{name}_acq-sag_{contrast}w.nii.gz")
        for contrast in ("T2", "T1")
    ]
    films = [
        film(folder / "xray" / f"{name}_view-{view}_xray.png")
        for view in ("lateral", "ap")
    ]
    return [*sagittal, axial(folder), *films]


def middle(path: Path) -> tuple[np.ndarray, float]:
    """The middle sagittal slice, face to the left."""
    image = read_image(path)
    values = image.values[:, ::-1, image.values.shape[2] // 2].T
    return windowed(values), float(values.shape[0] * image.spacing_mm[1])


def axial(folder: Path) -> tuple[np.ndarray, float]:
    """The middle slice through the disc operated on, patient's right on the left."""
    paths = sorted((folder / "anat").glob("*_acq-ax_*T2w.json"))
    levels = {json.loads(path.read_text())["Level"]: path for path in paths}
    path = levels.get("L4-L5", paths[-1])
    image = read_image(path.with_suffix("").with_suffix(".nii.gz"))
    values = image.values[:, :, image.values.shape[2] // 2].T
    if image.affine[0, 0] > 0:
        values = values[:, ::-1]
    return windowed(values), float(values.shape[0] * image.spacing_mm[1])


def film(path: Path) -> tuple[np.ndarray, float]:
    """An X-ray as it is."""
    values, (row_mm, _) = read_radiograph(path)
    return windowed(values), float(values.shape[0] * row_mm)


def windowed(values: np.ndarray) -> np.ndarray:
    """Grey values from 0 to 1, the brightest percent white."""
    low, high = np.percentile(values, [0.5, 99.3])
    grey: np.ndarray = np.clip((values - low) / max(high - low, 1), 0, 1)
    return grey


def show(axes: plt.Axes, picture: np.ndarray, height_mm: float) -> None:
    """Put a picture into its place."""
    width_mm = height_mm * picture.shape[1] / picture.shape[0]
    extent = (-width_mm / 2, width_mm / 2, -height_mm / 2, height_mm / 2)
    axes.imshow(picture, cmap="gray", extent=extent, interpolation="bilinear")
    axes.set_facecolor("black")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_anchor("C")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
