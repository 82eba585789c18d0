"""Simulating one patient's images and writing them, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.records import Measurement
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.dicom.study import Study
from lbp_outcome.simulate.examination import Series, examine, plan_first
from lbp_outcome.simulate.masks.causes import causes_mask
from lbp_outcome.simulate.masks.complete import complete_vertebrae
from lbp_outcome.simulate.paint.planted import Planting, planting
from lbp_outcome.simulate.patient_files import (
    write_dicom,
    write_film,
    write_masks,
    write_scans,
    write_truth,
)
from lbp_outcome.simulate.people.patients import SITES, Patients
from lbp_outcome.simulate.people.world import patient_streams
from lbp_outcome.simulate.scan.radiograph import Film, expose
from lbp_outcome.simulate.scan.site import HOSPITALS, Site, shifted
from lbp_outcome.simulate.settings import Settings
from lbp_outcome.simulate.truth import true_findings, true_measurements
from lbp_outcome.simulate.truth.radiographs import true_radiographs


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One patient to be simulated.

    Attributes:
        out: Cohort folder.
        name: Pseudonym.
        row: Number of the patient in the cohort; with the seed, it fixes the images.
        settings: What the cohort is made with.
        patient: Covariates and causes.
        mri: Whether the patient has an MR examination.
        xray: Whether the patient has X-rays.
    """

    out: Path
    name: str
    row: int
    settings: Settings
    patient: Patients
    mri: bool
    xray: bool

    @property
    def site(self) -> Site:
        """The hospital, as this world has it."""
        number = int(self.patient.site[0])
        moved = list(SITES)[number] == self.settings.rules.shifted_site
        return shifted(HOSPITALS[number]) if moved else HOSPITALS[number]

    @property
    def study(self) -> Study:
        """The patient as DICOM names them."""
        return Study(
            seed=self.settings.seed,
            name=self.name,
            male=bool(self.patient.male[0]),
            age=float(self.patient.age[0]),
            site=list(SITES)[int(self.patient.site[0])],
        )


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of one patient: what can be measured, and what can be seen.

    Attributes:
        measurements: What a perfect measurement of the MR images finds.
        findings: What a radiologist with perfect sight reports.
        radiographs: What a perfect reader of the X-rays finds.
    """

    measurements: tuple[Measurement, ...]
    findings: tuple[Measurement, ...]
    radiographs: tuple[Measurement, ...]


def simulate_patient(job: Job) -> Truth:
    """Write the images of one patient unless they are there; return what is true.

    The patient's own folder is written last and as a whole: where it stands, the
    patient is finished.
    """
    for_anatomy, for_mri, for_xray = patient_streams(job.settings.seed, job.row)
    anatomy = draw_anatomy(job.patient, for_anatomy, asymmetric=job.settings.asymmetric)
    if not (job.out / job.name).exists():
        _write_patient(job, anatomy, for_mri, for_xray)
    return Truth(
        measurements=_measurements(job, anatomy),
        findings=true_findings(anatomy),
        radiographs=true_radiographs(anatomy) if job.xray else (),
    )


def _measurements(job: Job, anatomy: Anatomy) -> tuple[Measurement, ...]:
    """What a perfect measurement of this scan would find; nothing without a scan."""
    if not job.mri:
        return ()
    # the same stream as when the images were made, so the same plan
    _, for_mri, _ = patient_streams(job.settings.seed, job.row)
    scan = plan_first(anatomy, job.site, for_mri)
    t2 = scan.looks["t2"]
    return true_measurements(anatomy, complete_vertebrae(anatomy, scan), t2)


def _write_patient(
    job: Job,
    anatomy: Anatomy,
    for_mri: np.random.Generator,
    for_xray: np.random.Generator,
) -> None:
    examination = _examination(job, anatomy, for_mri) if job.mri else []
    films = _films(job, anatomy, for_xray) if job.xray else {}
    _write_derivatives(job, anatomy, examination)
    if job.settings.dicom:
        write_dicom(job.out / "sourcedata", job.study, examination, films)
    with atomic_folder(job.out / job.name, holds=_proof(job)) as folder:
        write_scans(folder / "anat", job.name, examination)
        for view, film in films.items():
            write_film(folder / "xray", f"{job.name}_view-{view}_xray", film)


def _films(job: Job, anatomy: Anatomy, rng: np.random.Generator) -> Mapping[str, Film]:
    """The films by the name of their view in file names."""
    films = expose(anatomy, int(job.patient.site[0]), rng)
    return {"lateral": films.lateral, "ap": films.frontal}


def _proof(job: Job) -> str:
    """A file that every finished folder of this patient holds."""
    if job.mri:
        return f"anat/{job.name}_acq-sag_T2w.nii.gz"
    return f"xray/{job.name}_view-lateral_xray.png"


def _write_derivatives(job: Job, anatomy: Anatomy, examination: list[Series]) -> None:
    if not examination:
        return
    complete = complete_vertebrae(anatomy, examination[0].scan)
    write_masks(job.out / "derivatives", job.name, examination, complete)
    known, place = job.settings.rules.imaging_effect != 0, _planting(job, anatomy)
    causes = [
        causes_mask(series.canvas, anatomy, known=known, planted=place)
        for series in examination
    ]
    write_truth(job.out / "derivatives" / "truth", job.name, examination, causes)


def _examination(job: Job, anatomy: Anatomy, rng: np.random.Generator) -> list[Series]:
    planted = _planting(job, anatomy) if job.patient.planted[0] else None
    dixon = job.settings.dixon
    return list(examine(anatomy, job.site, rng, planted=planted, dixon=dixon))


def _planting(job: Job, anatomy: Anatomy) -> Planting | None:
    """Where the signal of the planted world lies, in those who carry it or would."""
    place = job.settings.rules.planted_place
    return planting(anatomy, place) if place else None
