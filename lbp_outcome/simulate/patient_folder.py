"""Simulating one patient's images and writing them, whole or not at all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbp_outcome.image import Image
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.io.images import write_image
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.body.shapes import Anatomy
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.people.patients import Patients
from lbp_outcome.simulate.people.world import patient_streams
from lbp_outcome.simulate.scan.magnetic_resonance import acquire
from lbp_outcome.simulate.scan.masks import complete_vertebrae, spider_mask
from lbp_outcome.simulate.scan.plan import Scan, plan_scan
from lbp_outcome.simulate.scan.radiograph import PIXEL_MM, expose
from lbp_outcome.simulate.truth import true_measurements


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One patient to be simulated.

    Attributes:
        out: Cohort folder.
        name: Pseudonym.
        row: Number of the patient in the cohort; with the seed, it fixes the images.
        seed: Seed of the cohort.
        patient: Covariates and causes.
        mri: Whether the patient has an MR examination.
        xray: Whether the patient has a lateral X-ray.
    """

    out: Path
    name: str
    row: int
    seed: int
    patient: Patients
    mri: bool
    xray: bool


def simulate_patient(job: Job) -> tuple[Measurement, ...]:
    """Write the images of one patient unless they are there; return the true values.

    The patient's own folder is written last and as a whole: where it stands, the
    patient is finished.
    """
    for_anatomy, for_mri, for_xray = patient_streams(job.seed, job.row)
    anatomy = draw_anatomy(job.patient, for_anatomy)
    scan = plan_scan(anatomy, int(job.patient.site[0]), for_mri)
    if not (job.out / job.name).exists():
        _write_patient(job, anatomy, scan, for_mri, for_xray)
    if not job.mri:
        return ()
    return true_measurements(anatomy, complete_vertebrae(anatomy, scan))


def _write_patient(
    job: Job,
    anatomy: Anatomy,
    scan: Scan,
    for_mri: np.random.Generator,
    for_xray: np.random.Generator,
) -> None:
    canvas = _painted(anatomy, scan) if job.mri else None
    if canvas is not None:
        _write_derivatives(job, anatomy, scan, canvas)
    proof = f"anat/{job.name}_acq-sag_T2w.nii.gz" if job.mri else _xray_name(job, "png")
    with atomic_folder(job.out / job.name, holds=proof) as folder:
        if canvas is not None:
            _write_scans(folder / "anat", job, scan, canvas, for_mri)
        if job.xray:
            _write_xray(folder, job, anatomy, for_xray)


def _painted(anatomy: Anatomy, scan: Scan) -> Canvas:
    canvas = Canvas(scan.affine, scan.shape, ("t1", "t2"))
    paint_anatomy(canvas, anatomy)
    return canvas


def _write_scans(
    folder: Path, job: Job, scan: Scan, canvas: Canvas, rng: np.random.Generator
) -> None:
    for contrast in ("t2", "t1"):
        image = acquire(canvas, contrast, scan, rng)
        stem = f"{job.name}_acq-sag_{contrast.upper()}w"
        write_image(folder / f"{stem}.nii.gz", image)
        spacing = round(float(image.spacing_mm[2]), 4)
        about = {"Simulated": True, "SpacingBetweenSlices": spacing}
        _write_json(folder / f"{stem}.json", about)


def _write_derivatives(job: Job, anatomy: Anatomy, scan: Scan, canvas: Canvas) -> None:
    """Write the SPIDER mask for everyone, and all structures among the truth."""
    derivatives = job.out / "derivatives"
    stem = f"{job.name}_acq-sag"
    file = f"anat/{stem}_T2w_dseg.nii.gz"
    with atomic_folder(derivatives / "labels" / job.name, holds=file) as folder:
        mask = spider_mask(canvas, complete_vertebrae(anatomy, scan))
        write_image(folder / file, Image(mask, scan.affine))
    file = f"anat/{stem}_desc-structures_dseg.nii.gz"
    with atomic_folder(derivatives / "truth" / job.name, holds=file) as folder:
        write_image(folder / file, Image(canvas.parts(), scan.affine))


def _write_xray(
    folder: Path, job: Job, anatomy: Anatomy, rng: np.random.Generator
) -> None:
    from PIL import Image as Picture

    (folder / "xray").mkdir()
    Picture.fromarray(expose(anatomy, rng)).save(folder / _xray_name(job, "png"))
    about = {"PixelSpacing": [PIXEL_MM, PIXEL_MM], "Simulated": True}
    _write_json(folder / _xray_name(job, "json"), about)


def _xray_name(job: Job, ending: str) -> str:
    return f"xray/{job.name}_view-lateral_xray.{ending}"


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
