"""The images of one patient: where they lie, and whether they can be used."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lbp_outcome.cohort.problems import Problems
from lbp_outcome.errors import LbpError, UnreadableFile
from lbp_outcome.examination import Examination, MuscleScan, Person
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.io.radiographs import read_radiograph
from lbp_outcome.labels import LABEL_SCHEMES, read_spine
from lbp_outcome.spine import Spine

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
NEVER_READ = ("truth",)
"""Folders under derivatives/ that hold the answers of a simulation."""

WITHOUT_SPINE = ("musclemap",)
"""Label schemes of masks that show no vertebrae."""

AXIAL = ("anat/*acq-ax*_T2w.nii.gz", "anat/*acq-ax*_T2w.nii", "anat/*acq-ax*_T2w.mha")
MUSCLES = ("anat/*_dseg.nii.gz", "*_dseg.nii.gz")

RICHEST = ("spineps",)
"""Schemes that tell most parts apart: taken where a patient has several masks."""


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """A label map and how to read its numbers.

    Attributes:
        mask: The label map, or the instance mask of SPINEPS.
        scheme: Name on the shelf of label schemes.
        semantic: The semantic mask of SPINEPS.
        lowest: What the lowest numbered vertebra is, where the scheme counts upwards.
    """

    mask: Path
    scheme: str
    semantic: Path | None = None
    lowest: str | None = None

    def read(self) -> Spine:
        """Return the named structures.

        Raises:
            LbpError: The mask is damaged, empty or of another scheme; names the file.
        """
        return read_spine(
            self.mask, scheme=self.scheme, semantic=self.semantic, lowest=self.lowest
        )


@dataclass(frozen=True, kw_only=True)
class MuscleFiles:
    """A mask of muscles, and the images it belongs to.

    Attributes:
        mask: The label map.
        scheme: Name on the shelf of label schemes.
        image: The T1 or T2 image that was segmented, or None.
        water: Water image of the Dixon series that was segmented, or None.
        fat: Its fat image, or None.
    """

    mask: Path
    scheme: str
    image: Path | None = None
    water: Path | None = None
    fat: Path | None = None

    def read(self) -> MuscleScan:
        """Return the muscles with their images.

        Raises:
            LbpError: A file is damaged, or the mask is empty or of another scheme.
        """
        mask = read_image(self.mask)
        try:
            muscles = LABEL_SCHEMES[self.scheme].read_muscles(mask)
        except LbpError as error:
            raise type(error)(f"{self.mask.name}: {error}") from None
        return MuscleScan(
            muscles=muscles,
            image=_read_or_none(self.image),
            weighting="T1" if self.image and "_T1w" in self.image.name else "T2",
            water=_read_or_none(self.water),
            fat=_read_or_none(self.fat),
        )


@dataclass(frozen=True, kw_only=True)
class PatientFiles:
    """Image files of one patient; None or nothing where there is none."""

    t2: Path | None = None
    t1: Path | None = None
    axial: tuple[Path, ...] = ()
    radiograph: Path | None = None
    segmentation: Segmentation | None = None
    muscles: tuple[MuscleFiles, ...] = ()

    def examination(self, person: Person | None = None) -> Examination | None:
        """Read the whole MR examination; None where no spine was segmented.

        Raises:
            LbpError: A file cannot be used; the message names it.
        """
        if self.segmentation is None:
            return None
        return Examination(
            spine=self.segmentation.read(),
            t2=_read_or_none(self.t2),
            t1=_read_or_none(self.t1),
            axial=tuple(map(read_image, self.axial)),
            muscles=tuple(files.read() for files in self.muscles),
            person=person,
        )

    def radiograph_mm(
        self,
    ) -> tuple[Float[np.ndarray, "row column"], tuple[float, float]]:
        """Return the lateral X-ray and its pixel size [mm]."""
        if self.radiograph is None:
            raise UnreadableFile("there is no lateral X-ray")
        return read_radiograph(self.radiograph)


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


def _read_or_none(path: Path | None) -> Image | None:
    return None if path is None else read_image(path)


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
