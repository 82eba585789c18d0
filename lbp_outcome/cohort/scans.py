"""What many patients' images give: measurements, and images for a network."""

import logging
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from lbp_outcome.anatomy import Disc
from lbp_outcome.cohort.folder import Cohort
from lbp_outcome.cohort.person import person_of
from lbp_outcome.cohort.scan import Scan
from lbp_outcome.cohort.scan_cache import Asked, ScanCache
from lbp_outcome.errors import LbpError
from lbp_outcome.examination import Examination, Person
from lbp_outcome.geometry.level_crop import level_crops
from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.geometry.whole_volume import whole_volumes
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.io.radiographs import read_radiograph
from lbp_outcome.measurements import measure, sources_of
from lbp_outcome.patient_files import PatientFiles
from lbp_outcome.progress import progress
from lbp_outcome.spine import Spine
from lbp_outcome.view import RADIOGRAPH_SHAPE, LevelCrop, PatientImages
from lbp_outcome.workers import worker_processes

__all__ = ["Scan", "fixed_radiograph", "read_scan", "read_scans"]

RADIOGRAPH_PIXEL_MM = 2.0
FEW = 4
"""Below this many patients, starting processes costs more than it saves."""

log = logging.getLogger(__name__)


def read_scans(
    cohort: Cohort,
    patients: Collection[str],
    levels: Sequence[Disc],
    names: Collection[str],
    *,
    whole: bool = False,
) -> dict[str, Scan]:
    """Read and measure the images of many patients, on every core.

    What was read before is taken from the cohort's cache (see `ScanCache`), the same to
    the last bit; only patients whose files, or the code, changed are read again.

    Args:
        cohort: Where they are.
        patients: Whose images to read; those without any are left out.
        levels: Discs of which a network wants a crop.
        names: Measurements to take.
        whole: Whether a network wants the whole MR volume and the frontal film, too.

    Raises:
        LbpError: An image cannot be used; the message names the file.
    """
    imaged = [patient for patient in patients if patient in cohort.files]
    if not imaged:
        return {}
    cache = ScanCache(cohort.folder)
    kept = cache if cache.prepare() else None
    jobs = {p: _Job(_asked(cohort, p, levels, names, whole), kept) for p in imaged}
    known = {patient: _known(job) for patient, job in jobs.items()}
    fresh = _read({p: job for p, job in jobs.items() if known[p] is None})
    return {patient: known[patient] or fresh[patient] for patient in imaged}


@dataclass(frozen=True)
class _Job:
    """What to read, and where to keep it; None for nowhere."""

    asked: Asked
    cache: ScanCache | None


def _read(jobs: dict[str, _Job]) -> dict[str, Scan]:
    """Read what is not known yet, side by side where there is much of it."""
    workers = min(os.cpu_count() or 1, len(jobs))
    if len(jobs) < FEW or workers < 2:
        return {p: _scan(job) for p, job in progress(jobs.items(), "Measuring")}
    with worker_processes(workers) as pool:
        scans = pool.map(_scan, jobs.values())
        found = progress(scans, "Measuring", total=len(jobs))
        return dict(zip(jobs, found, strict=True))


def _asked(
    cohort: Cohort,
    patient: str,
    levels: Sequence[Disc],
    names: Collection[str],
    whole: bool,
) -> Asked:
    return Asked(
        files=cohort.files[patient],
        levels=tuple(levels),
        names=frozenset(names),
        person=person_of(cohort, patient),
        whole=whole,
    )


def _known(job: _Job) -> Scan | None:
    """Return the scan if it was read before, saying again what was odd about it."""
    key = _key(job)
    scan = None if key is None or job.cache is None else job.cache.get(key)
    if scan is not None:
        for remark in scan.remarks:
            log.warning("%s: %s", job.asked.files.name, remark)
    return scan


def _key(job: _Job) -> str | None:
    try:
        return None if job.cache is None else job.cache.key(job.asked)
    except OSError:
        return None  # reading it will say what is wrong with the file


def _scan(job: _Job) -> Scan:
    asked, names, key = job.asked, sorted(job.asked.names), _key(job)
    try:
        scan = read_scan(
            asked.files, asked.levels, names, asked.person, whole=asked.whole
        )
    except LbpError as error:
        # crosses a process border, so only a plain message travels
        raise LbpError(str(error)) from None
    if job.cache is None or key is None or _key(job) != key:
        return scan  # a file that changed while it was read must not be kept
    return job.cache.put(key, scan)


def read_scan(
    files: PatientFiles,
    levels: Sequence[Disc],
    names: Collection[str],
    person: Person | None = None,
    *,
    whole: bool = False,
) -> Scan:
    """Read and measure the images of one patient, without any cache.

    Args:
        files: Where they lie.
        levels: Discs of which a network wants a crop.
        names: Measurements to take.
        person: Age, sex and body mass index, if known.
        whole: Whether a network wants the whole MR volume and the frontal film, too.

    Raises:
        LbpError: An image cannot be used; the message names the file.
    """
    needs = {*sources_of(names), "t2", *(["t1"] if levels or whole else [])}
    examination = _examination(files, needs, person)
    spine = None if examination is None else examination.spine
    t2 = examination.t2 if examination else _image(files.t2)
    crops, why = _crops(spine, t2, examination.t1 if examination else None, levels)
    t1 = examination.t1 if examination else _image(files.t1 if whole else None)
    no_film = dict(_no_film(files, whole))
    return Scan(
        measurements=() if examination is None else measure(examination, names),
        doubts=() if spine is None else _doubts(spine),
        remarks=() if spine is None else spine.remarks,
        images=PatientImages(
            levels=crops,
            radiograph=_film(files.radiograph),
            absent={"mri": why} | no_film if not crops else no_film,
            volumes=whole_volumes(t2, t1) if whole else {},
            frontal=_film(files.frontal) if whole else None,
        ),
        spacing_mm=() if t2 is None else tuple(sorted(map(float, t2.spacing_mm))),
    )


def _no_film(files: PatientFiles, whole: bool) -> Iterator[tuple[str, str]]:
    if files.radiograph is None:
        yield "radiograph", "no lateral X-ray"
    if whole and files.frontal is None:
        yield "frontal", "no frontal X-ray"


def _film(path: Path | None) -> Float32[np.ndarray, "row column"] | None:
    return None if path is None else fixed_radiograph(*read_radiograph(path))


def _examination(
    files: PatientFiles,
    needs: Collection[str],
    person: Person | None,
) -> Examination | None:
    """Read the spine, and of the images what the measurements and crops need."""
    if files.segmentation is None:
        return None
    return files.examination(person, needs=needs)


def _image(path: Path | None) -> Image | None:
    return None if path is None else read_image(path)


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
