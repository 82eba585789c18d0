"""What a patient's images give: measurements, and crops for a network."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from lbp_outcome.anatomy import Disc
from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.cohort.person import person_of
from lbp_outcome.errors import LbpError
from lbp_outcome.examination import Examination, Person
from lbp_outcome.geometry.level_crop import level_crops
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.measurements import measure, sources_of
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.progress import progress
from lbp_outcome.records import Measurement
from lbp_outcome.spine import Spine
from lbp_outcome.view import RADIOGRAPH_SHAPE, LevelCrop, PatientImages
from lbp_outcome.workers import worker_processes

RADIOGRAPH_PIXEL_MM = 2.0
FEW = 4
"""Below this many patients, starting processes costs more than it saves."""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What the images of one patient gave.

    Attributes:
        measurements: Every measurement, or the reason why there is none.
        images: The images as a network sees them.
        spacing_mm: Voxel size of the T2 image, smallest first; empty without one.
        doubts: Why the names of levels, or lengths, cannot be trusted.
    """

    measurements: tuple[Measurement, ...]
    images: PatientImages
    spacing_mm: tuple[float, ...] = ()
    doubts: tuple[str, ...] = ()


def read_scans(
    cohort: Cohort,
    patients: Collection[str],
    levels: Sequence[Disc],
    names: Collection[str],
) -> dict[str, Scan]:
    """Read and measure the images of many patients, on every core.

    Args:
        cohort: Where they are.
        patients: Whose images to read; those without any are left out.
        levels: Discs of which a network wants a crop.
        names: Measurements to take.

    Raises:
        LbpError: An image cannot be used; the message names the file.
    """
    imaged = [patient for patient in patients if patient in cohort.files]
    jobs = [_job(cohort, patient, levels, names) for patient in imaged]
    workers = min(os.cpu_count() or 1, len(jobs))
    if len(jobs) < FEW or workers < 2:
        scans = [_scan(job) for job in progress(jobs, "Measuring")]
        return dict(zip(imaged, scans, strict=True))
    with worker_processes(workers) as pool:
        found = progress(pool.map(_scan, jobs), "Measuring", total=len(jobs))
        return dict(zip(imaged, found, strict=True))


def read_scan(
    files: PatientFiles,
    levels: Sequence[Disc],
    names: Collection[str],
    person: Person | None = None,
) -> Scan:
    """Read and measure the images of one patient.

    Args:
        files: Where they lie.
        levels: Discs of which a network wants a crop.
        names: Measurements to take.
        person: Age, sex and body mass index, if known.

    Raises:
        LbpError: An image cannot be used; the message names the file.
    """
    needs = {*sources_of(names), "t2", *(["t1"] if levels else [])}
    examination = _examination(files, needs, person)
    spine = None if examination is None else examination.spine
    t2 = examination.t2 if examination else _t2_alone(files)
    t1 = None if examination is None else examination.t1
    crops, why = _crops(spine, t2, t1, levels)
    absent = {"mri": why} if not crops else {}
    radiograph = None
    if files.radiograph is None:
        absent["radiograph"] = "no lateral X-ray"
    else:
        radiograph = fixed_radiograph(*files.radiograph_mm())
    return Scan(
        measurements=() if examination is None else measure(examination, names),
        doubts=() if spine is None else _doubts(spine),
        images=PatientImages(levels=crops, radiograph=radiograph, absent=absent),
        spacing_mm=() if t2 is None else tuple(sorted(map(float, t2.spacing_mm))),
    )


def _examination(
    files: PatientFiles,
    needs: Collection[str],
    person: Person | None,
) -> Examination | None:
    """Read the spine, and of the images what the measurements and crops need."""
    if files.segmentation is None:
        return None
    return files.examination(person, needs=needs)


def _t2_alone(files: PatientFiles) -> Image | None:
    return None if files.t2 is None else read_image(files.t2)


def fixed_radiograph(
    values: np.ndarray, spacing_mm: tuple[float, float]
) -> Float32[np.ndarray, "row column"]:
    """Return an X-ray on 128 x 96 pixels of 2 mm around its centre, mean 0 and SD 1.

    Pixels outside the film are 0, the mean.
    """
    from scipy.ndimage import affine_transform, gaussian_filter

    zoom = np.array([RADIOGRAPH_PIXEL_MM / mm for mm in spacing_mm])
    smooth = gaussian_filter(values.astype(np.float32), np.maximum(zoom - 1, 0) / 2)
    spread = float(smooth.std())
    scaled = (smooth - smooth.mean()) / (spread if spread > 0 else 1.0)
    centre = (np.array(values.shape) - 1) / 2
    offset = centre - zoom * (np.array(RADIOGRAPH_SHAPE) - 1) / 2
    resampled: np.ndarray = affine_transform(
        scaled, zoom, offset=offset, output_shape=RADIOGRAPH_SHAPE, order=1, cval=0.0
    )
    return resampled.astype(np.float32)


def _crops(
    spine: Spine | None, t2: Image | None, t1: Image | None, levels: Sequence[Disc]
) -> tuple[dict[Disc, LevelCrop], str]:
    """Return the crops, and why there are none if there are none."""
    if t2 is None:
        return {}, "no T2 image" if spine is not None else "no MR image"
    if spine is None:
        return {}, "no segmentation"
    return level_crops(t2, spine, levels, t1), "none of the discs is segmented"


def _doubts(spine: Spine) -> tuple[str, ...]:
    return tuple(filter(None, (spine.doubt, numbering_doubt(spine))))


Job = tuple[PatientFiles, tuple[Disc, ...], frozenset[str], Person | None]


def _job(
    cohort: Cohort, patient: str, levels: Sequence[Disc], names: Collection[str]
) -> Job:
    person = person_of(cohort, patient)
    return cohort.files[patient], tuple(levels), frozenset(names), person


def _scan(job: Job) -> Scan:
    try:
        return read_scan(*job)
    except LbpError as error:
        # crosses a process border, so only a plain message travels
        raise LbpError(str(error)) from None
