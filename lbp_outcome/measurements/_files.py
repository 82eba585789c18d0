"""From the files of one examination to its measurements."""

import re
from pathlib import Path

from lbp_outcome.examination import Person
from lbp_outcome.measurements._doubts import with_doubts
from lbp_outcome.measurements._muscle_norms import read_norms
from lbp_outcome.measurements._repeatability import measure_repeatedly
from lbp_outcome.measurements._shelf import measure
from lbp_outcome.measurements._table import require_table_name, write_measurements
from lbp_outcome.patient_files import MuscleFiles, PatientFiles, Segmentation
from lbp_outcome.records import Measurement


def measure_mask(
    mask: Path,
    *,
    scheme: str = "spider",
    semantic: Path | None = None,
    lowest: str | None = None,
    t2: Path | None = None,
    t1: Path | None = None,
    axial: tuple[Path, ...] = (),
    muscles: tuple[MuscleFiles, ...] = (),
    person: Person | None = None,
    norms: Path | None = None,
    out: Path | None = None,
    subject: str | None = None,
) -> tuple[Measurement, ...]:
    """Measure one segmented MR examination, and write the table if asked to.

    Args:
        mask: Segmentation, NIfTI or MHA.
        scheme: Label scheme of the segmentation, or auto.
        semantic: Second mask with one label per tissue (SPINEPS: seg-spine).
        lowest: Name of the lowest labelled vertebra if it is not L5, for example S1.
        t2: The sagittal T2 image that was segmented, on the same grid.
        t1: Sagittal T1 image of the same examination.
        axial: Axial T2 images of the same examination.
        muscles: Masks of muscles, each with its image.
        person: Age, sex and body mass index, if known.
        norms: Table of reference values (CSV); the one built in is made up.
        out: Table to write, .csv, .tsv or .parquet.
        subject: Name for the subject column; by default from the file name.

    Raises:
        LbpError: A file cannot be read or does not suit the others.
    """
    files = PatientFiles(
        segmentation=Segmentation(
            mask=Path(mask), scheme=scheme, semantic=semantic, lowest=lowest
        ),
        t2=t2,
        t1=t1,
        axial=axial,
        muscles=muscles,
    )
    return measure_files(files, person=person, norms=norms, out=out, subject=subject)


def measure_files(
    files: PatientFiles,
    *,
    person: Person | None = None,
    norms: Path | None = None,
    repeatability: bool = False,
    out: Path | None = None,
    subject: str | None = None,
) -> tuple[Measurement, ...]:
    """Measure the examination of one patient, and write the table if asked to.

    Args:
        files: Where its images and masks lie.
        person: Age, sex and body mass index, if known.
        norms: Table of reference values (CSV); the one built in is made up.
        repeatability: Whether to say how far each number moves if outlines do.
        out: Table to write, .csv, .tsv or .parquet.
        subject: Name for the subject column; by default from the mask's name.

    Raises:
        LbpError: A file cannot be read or does not suit the others, or no spine was
            segmented.
    """
    if out is not None:
        require_table_name(out)
    if norms is not None:
        read_norms(norms)  # a faulty table is refused before anything is measured
    examination = files.examination(person, norms=norms)
    take = measure_repeatedly if repeatability else measure
    measurements = with_doubts(take(examination), examination, files)
    if out is not None:
        write_measurements(out, subject or subject_of(files.name), measurements)
    return measurements


def subject_of(name: str) -> str:
    """Return the pseudonym in a file name, or else the name without its endings.

    >>> subject_of("sub-012_acq-sag_T2w_dseg.nii.gz"), subject_of("a.mha")
    ('sub-012', 'a')
    """
    found = re.search(r"sub-[A-Za-z0-9]+", name)
    return found.group() if found else re.sub(r"\.(nii(\.gz)?|mh[ad]|nrrd)$", "", name)
