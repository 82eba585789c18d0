"""The files of one patient: images, masks as segmenters give them, and the truth."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lbp_outcome.image import Image
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.io.images import write_image
from lbp_outcome.simulate.body.bones import VertebraShape
from lbp_outcome.simulate.dicom.dx_image import write_dx
from lbp_outcome.simulate.dicom.mr_series import write_mr_series
from lbp_outcome.simulate.dicom.study import Study
from lbp_outcome.simulate.examination import Series
from lbp_outcome.simulate.masks.causes import Cause
from lbp_outcome.simulate.masks.musclemap import musclemap_mask
from lbp_outcome.simulate.masks.spider import spider_mask
from lbp_outcome.simulate.masks.spineps import spineps_tissues, spineps_vertebrae
from lbp_outcome.simulate.scan.radiograph import Film

Files = Mapping[str, Image]
Content = Mapping[str, object]


def write_scans(folder: Path, patient: str, examination: Sequence[Series]) -> None:
    """Write every image of an examination with what is known of it beside it."""
    for series in examination:
        for suffix, image in series.images.items():
            stem = f"{patient}_{series.entity}_{suffix}"
            write_image(folder / f"{stem}.nii.gz", image)
            write_json(folder / f"{stem}.json", series.about(suffix))


def write_masks(
    derivatives: Path,
    patient: str,
    examination: Sequence[Series],
    complete: Sequence[VertebraShape],
) -> None:
    """Write the masks that SPIDER, SPINEPS and MuscleMap would give of a perfect scan.

    Spines are segmented on the sagittal images, muscles on all.
    """
    sagittal = examination[0]
    lowest = {"LowestVertebra": str(complete[-1].name)}
    stem = f"{patient}_{sagittal.main}"
    spider = {f"{stem}_dseg": spider_mask(sagittal.canvas, complete)}
    _write(derivatives / "labels", patient, sagittal, spider, lowest)
    stem = f"{patient}_{sagittal.entity}_mod-T2w"
    spineps = {
        f"{stem}_seg-vert_msk": spineps_vertebrae(sagittal.canvas, complete),
        f"{stem}_seg-spine_msk": spineps_tissues(sagittal.canvas, complete),
    }
    _write(derivatives / "spineps", patient, sagittal, spineps)
    muscles = {
        f"{patient}_{series.main}_dseg": Image(
            musclemap_mask(series.canvas), series.scan.affine
        )
        for series in examination
    }
    _write_images(derivatives / "musclemap", patient, muscles)


def write_truth(
    truth: Path,
    patient: str,
    examination: Sequence[Series],
    causes: Sequence[np.ndarray],
) -> None:
    """Write every structure, and where the causes of the outcome lie.

    Args:
        truth: Folder of the truth.
        patient: Pseudonym.
        examination: The series.
        causes: For each series, the mask of the causes.
    """
    files: dict[str, Image] = {}
    for series, cause in zip(examination, causes, strict=True):
        stem, affine = f"{patient}_{series.entity}", series.scan.affine
        files[f"{stem}_desc-structures_dseg"] = Image(series.canvas.parts(), affine)
        files[f"{stem}_desc-causes_dseg"] = Image(cause, affine)
    names = {cause.value: cause.name.lower().replace("_", " ") for cause in Cause}
    beside = {f"{patient}_{examination[0].entity}_desc-causes_dseg": {"Causes": names}}
    _write_images(truth, patient, files, beside)


def write_film(folder: Path, stem: str, film: Film) -> None:
    """Write one X-ray as a picture, with the size of its pixels beside it."""
    from PIL import Image as Picture

    folder.mkdir(exist_ok=True)
    Picture.fromarray(film.picture).save(folder / f"{stem}.png")
    about = {
        "PixelSpacing": [film.pixel_mm, film.pixel_mm],
        "Magnification": film.magnification,
        "Simulated": True,
    }
    write_json(folder / f"{stem}.json", about)


def write_dicom(
    sourcedata: Path,
    study: Study,
    examination: Sequence[Series],
    films: Mapping[str, Film],
) -> None:
    """Write the same images as DICOM objects, one folder for each series."""
    names = [
        (series, suffix, f"{series.entity}_{suffix}")
        for series in examination
        for suffix in series.images
    ]
    for number, (series, suffix, name) in enumerate(names, start=1):
        write_mr_series(
            sourcedata / study.name / f"{number:02d}_{name}",
            series.images[suffix],
            series.about(suffix),
            study,
            number=number,
            description=name.replace("_", " "),
        )
    for number, (name, film) in enumerate(films.items(), start=len(names) + 1):
        write_dx(
            sourcedata / study.name / f"{number:02d}_view-{name}_xray" / "0001.dcm",
            film.pixels,
            study,
            view=film.view,
            pixel_mm=film.pixel_mm,
            magnification=film.magnification,
            number=number,
        )


def write_json(path: Path, content: Content) -> None:
    """Write a sidecar."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _write(
    folder: Path,
    patient: str,
    series: Series,
    masks: Mapping[str, np.ndarray],
    beside: Content | None = None,
) -> None:
    files = {name: Image(mask, series.scan.affine) for name, mask in masks.items()}
    sidecars = dict.fromkeys(files, beside) if beside else {}
    _write_images(folder, patient, files, sidecars)


def _write_images(
    folder: Path,
    patient: str,
    files: Files,
    sidecars: Mapping[str, Content] | None = None,
) -> None:
    first = f"anat/{next(iter(files))}.nii.gz"
    with atomic_folder(folder / patient, holds=first) as temporary:
        for name, image in files.items():
            write_image(temporary / "anat" / f"{name}.nii.gz", image)
        for name, content in (sidecars or {}).items():
            write_json(temporary / "anat" / f"{name}.json", content)
