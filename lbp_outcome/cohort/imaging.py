"""The images of one patient: where they lie, and whether they can be used."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lbp_outcome.cohort.problems import Problems
from lbp_outcome.cohort.scan_cache import PLACE
from lbp_outcome.errors import LbpError
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.io.radiographs import read_radiograph
from lbp_outcome.patient_files import MuscleFiles, PatientFiles, Segmentation

T2 = (
    "anat/*acq-sag*_T2w.nii.gz",
    "anat/*_T2w.nii.gz",
    "anat/*_T2w.nii",
    "anat/*_T2w.mha",
)
T1 = tuple(pattern.replace("T2w", "T1w") for pattern in T2)
RADIOGRAPH = tuple(f"xray/*_view-lateral_xray.{e}" for e in ("png", "nii.gz", "dcm"))
MASKS = {
    "spider": ("anat/*_T2w_dseg.nii.gz", "anat/*_T1w_dseg.nii.gz", "anat/*_dseg.mha"),
    "spineps": ("*_seg-vert_msk.nii.gz", "anat/*_seg-vert_msk.nii.gz"),
}
NEVER_READ = ("truth", PLACE.name)
"""Folders under derivatives/ with the answers of a simulation, or of ourselves."""

WITHOUT_SPINE = ("musclemap", "musclemap_abdomen")
"""Label schemes of masks that show no vertebrae."""

AXIAL = ("anat/*acq-ax*_T2w.nii.gz", "anat/*acq-ax*_T2w.nii", "anat/*acq-ax*_T2w.mha")
MUSCLES = ("anat/*_dseg.nii.gz", "*_dseg.nii.gz")

RICHEST = ("spineps",)
"""Schemes that tell most parts apart: taken where a patient has several masks."""


def files_of(cohort: Path, patient: str) -> PatientFiles:
    """Find the images and the segmentation of one patient."""
    folder = cohort / patient
    return PatientFiles(
        t2=_first(folder, T2),
        t1=_first(folder, T1),
        axial=tuple(sorted(path for p in AXIAL for path in folder.glob(p))),
        radiograph=_first(folder, RADIOGRAPH),
        segmentation=_segmentation(cohort, patient),
        muscles=tuple(_muscle_files(cohort, patient)),
    )


def check_images(files: PatientFiles, problems: Problems) -> None:
    """Open every image of a patient and note what cannot be used."""
    for path in (files.t2, files.t1):
        if path is not None:
            _noting(problems, path, read_image, path)
    if files.radiograph is not None:
        _noting(problems, files.radiograph, read_radiograph, files.radiograph)
    if files.segmentation is not None:
        _check_segmentation(files, files.segmentation, problems)


def _check_segmentation(
    files: PatientFiles, segmentation: Segmentation, problems: Problems
) -> None:
    _noting(problems, segmentation.mask, segmentation.read)
    if files.t2 is None:
        return
    try:
        mask, t2 = read_image(segmentation.mask), read_image(files.t2)
    except LbpError:
        return  # noted already
    if not _overlap(mask, t2):
        problems.add(
            segmentation.mask,
            "the mask lies outside the T2 image; they need the same patient space",
        )
    elif "_T2w" in segmentation.mask.name and not mask.same_grid(t2):
        problems.add(
            segmentation.mask,
            f"the mask ({mask.values.shape}) and the T2 image ({t2.values.shape}) do "
            "not have their voxels at the same places; resample the mask onto the "
            "image with nearest-neighbour interpolation",
        )


def _overlap(mask: Image, image: Image) -> bool:
    """Whether the middle of the mask's structures lies inside the image."""
    found = np.argwhere(mask.values > 0)
    if not len(found):
        return True  # an empty mask is noted as such
    centre = mask.to_patient(found.mean(axis=0, keepdims=True))
    index = image.to_index(centre)[0]
    return bool(np.all(index >= -0.5) and np.all(index <= np.array(image.values.shape)))


def _noting(problems: Problems, path: Path, action: object, *arguments: object) -> None:
    assert callable(action)
    try:
        action(*arguments)
    except LbpError as error:
        problems.add(
            path, str(error).removeprefix(f"{path.name}: ").removeprefix(f"{path}: ")
        )


def _segmentation(cohort: Path, patient: str) -> Segmentation | None:
    """The mask of the spine whose scheme tells most parts apart."""
    found = list(_segmentations(cohort, patient))
    return min(found, key=lambda item: item.scheme not in RICHEST, default=None)


def _segmentations(cohort: Path, patient: str) -> Iterator[Segmentation]:
    for pipeline, described in _pipelines(cohort):
        if described.get("LabelScheme") in WITHOUT_SPINE:
            continue
        for default, patterns in MASKS.items():
            mask = _first(pipeline / patient, patterns)
            if mask is not None:
                stated = described | _content(_sidecar(mask))
                yield Segmentation(
                    mask=mask,
                    scheme=str(stated.get("LabelScheme", default)),
                    semantic=_semantic(mask),
                    lowest=_text(stated.get("LowestVertebra")),
                )
                break


def _muscle_files(cohort: Path, patient: str) -> Iterator[MuscleFiles]:
    for pipeline, described in _pipelines(cohort):
        scheme = described.get("LabelScheme")
        if scheme not in WITHOUT_SPINE:
            continue
        folder = pipeline / patient
        for mask in sorted(path for p in MUSCLES for path in folder.glob(p)):
            stem = mask.name.removesuffix("_dseg.nii.gz")
            of = cohort / patient / "anat"
            dixon = stem.endswith("_water")
            yield MuscleFiles(
                mask=mask,
                scheme=str(scheme),
                image=None if dixon else _first(of, (f"{stem}.nii.gz",)),
                water=_first(of, (f"{stem}.nii.gz",)) if dixon else None,
                fat=_first(of, (f"{stem.removesuffix('_water')}_fat.nii.gz",))
                if dixon
                else None,
            )


def _pipelines(cohort: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    """Every pipeline's folder that may be read, and what it says of itself."""
    for pipeline in sorted((cohort / "derivatives").glob("*")):
        if pipeline.name not in NEVER_READ:
            yield pipeline, _content(pipeline / "dataset_description.json")


def _semantic(mask: Path) -> Path | None:
    beside = mask.with_name(mask.name.replace("_seg-vert_", "_seg-spine_"))
    return beside if beside != mask and beside.is_file() else None


def _sidecar(mask: Path) -> Path:
    """What is said of one mask goes before what is said of all."""
    return mask.with_name(mask.name.partition(".")[0] + ".json")


def _content(file: Path) -> dict[str, object]:
    try:
        content = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _first(folder: Path, patterns: tuple[str, ...]) -> Path | None:
    for pattern in patterns:
        found = sorted(folder.glob(pattern))
        if found:
            return found[0]
    return None
