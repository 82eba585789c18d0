"""The measurement sheet of one patient of a cohort."""

from pathlib import Path

from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.cohort.person import person_of
from lbp_outcome.errors import InvalidChoice, suggestion
from lbp_outcome.measurements import (
    measure,
    measure_repeatedly,
    read_norms,
    with_doubts,
)
from lbp_outcome.sheet.measurement_sheet import write_sheet


def patient_sheet(
    cohort: Path,
    patient: str,
    out: Path,
    *,
    norms: Path | None = None,
    repeatability: bool = False,
) -> Path:
    """Measure one patient's MR examination and write the page about it.

    Args:
        cohort: Cohort folder that holds the patient.
        patient: Pseudonym.
        out: Page to write, .html or .png.
        norms: Table of reference values (CSV); the one built in is made up.
        repeatability: Whether to say how far each number moves if outlines do.

    Raises:
        CohortError: The folder breaks its data dictionary.
        InvalidChoice: The cohort has no such patient.
        LbpError: A file cannot be used; the message names it.
    """
    people = read_cohort(cohort)
    if patient not in people.patients:
        hint = suggestion(patient, people.patients[:50])
        raise InvalidChoice(f"the cohort has no patient {patient!r}.{hint}")
    if norms is not None:
        read_norms(norms)  # a faulty table is refused before anything is measured
    if people.files[patient].segmentation is None:
        raise InvalidChoice(
            f"{patient}: there is no segmentation of the spine in this cohort, so "
            f"nothing can be measured"
        )
    examination = people.files[patient].examination(
        person_of(people, patient), norms=norms
    )
    take = measure_repeatedly if repeatability else measure
    found = with_doubts(take(examination), examination, people.files[patient])
    return write_sheet(
        out,
        examination,
        found,
        subject=patient,
        simulated=people.simulated,
    )
