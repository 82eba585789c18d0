"""The `lbp` command: every subcommand is one library function.

Exit codes: 0 done, 1 `lbp check` found problems, 2 an error told in one line.
"""

import logging
import os
import sys
from argparse import ArgumentError
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lbp_outcome import BANNER, __version__
from lbp_outcome.errors import LbpError
from lbp_outcome.options import add_arguments, in_one_line

if TYPE_CHECKING:
    from lbp_outcome.examination import Person
    from lbp_outcome.patient_files import PatientFiles
    from lbp_outcome.records import Measurement

FOUND_PROBLEMS = 1
ERROR = 2


def check(cohort: Path) -> int:
    """List every problem of a cohort folder with file, line and column.

    Args:
        cohort: Cohort folder (BIDS).
    """
    from lbp_outcome.cohort.folder import check_cohort

    problems = check_cohort(cohort)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problem(s) found.", file=sys.stderr)
        return FOUND_PROBLEMS
    print(f"{cohort}: in order.")
    return 0


def simulate(
    out: Path,
    patients: int = 160,
    seed: int = 0,
    scenario: str = "default",
    where: str | None = None,
    strength: float | None = None,
    tables_only: bool = False,
    dixon: bool = False,
    dicom: bool = False,
    asymmetric: bool = False,
    processes: int | None = None,
) -> None:
    """Simulate a cohort: images, masks, tables and the truth behind them.

    Args:
        out: Cohort folder to make.
        patients: How many patients.
        seed: The same seed gives the same cohort, byte for byte.
        scenario: default, null-imaging, strong-imaging, site-shift, planted or leaky.
        where: Structure with the planted signal: multifidus, disc:L4-L5, ...
        strength: How much more benefit those have who carry it.
        tables_only: Leave out the images.
        dixon: Take water and fat images of the lower back too.
        dicom: Write the images as DICOM objects too, under sourcedata/.
        asymmetric: Make the muscles of one side clearly worse.
        processes: How many at a time; all cores by default.
    """
    from lbp_outcome.simulate.cohort import simulate_cohort

    simulate_cohort(
        out,
        patients=patients,
        seed=seed,
        scenario=scenario,
        where=where,
        strength=strength,
        tables_only=tables_only,
        dixon=dixon,
        dicom=dicom,
        asymmetric=asymmetric,
        processes=processes,
    )
    print(f"{out}: {patients} simulated patients.")


def measure(
    path: Path,
    scheme: str = "spider",
    semantic: Path | None = None,
    t2: Path | None = None,
    t1: Path | None = None,
    axial: Sequence[Path] = (),
    muscles: Path | None = None,
    muscle_scheme: str = "auto",
    muscle_image: Path | None = None,
    water: Path | None = None,
    fat: Path | None = None,
    lowest: str | None = None,
    age: float | None = None,
    sex: str | None = None,
    bmi: float | None = None,
    norms: Path | None = None,
    out: Path | None = None,
    subject: str | None = None,
    repeatability: bool = False,
    processes: int | None = None,
) -> None:
    """Measure a segmented MR image, or every patient of a cohort, in millimetres.

    A cohort folder says itself which images, masks and people belong together: for it
    only norms, out, repeatability and processes count.

    Args:
        path: Segmentation (NIfTI or MHA), or a cohort folder.
        scheme: What the numbers of the segmentation mean: spider, spineps, auto, ...
        semantic: Semantic mask of SPINEPS, beside its instance mask.
        t2: T2 image that was segmented.
        t1: T1 image of the same examination.
        axial: Axial T2 images of the same examination, one or more.
        muscles: Segmentation of the muscles.
        muscle_scheme: What the numbers in it mean: auto, musclemap, ...
        muscle_image: T1 or T2 image the muscles were segmented on.
        water: Water image of the Dixon series they were segmented on.
        fat: Fat image of that series.
        lowest: What the lowest numbered vertebra is, such as L5 or S1.
        age: Age in years, for reference values.
        sex: F or M, for reference values.
        bmi: Body mass index in kg/m2, for reference values.
        norms: Table of reference values (CSV); the one built in is made up.
        out: Table to write: CSV, TSV or Parquet; Parquet for a cohort.
        subject: Pseudonym written into the table; from the file name by default.
        repeatability: Say how far each number moves if outlines move by half a voxel.
        processes: How many patients at a time; all cores by default.
    """
    from lbp_outcome.patient_files import MuscleFiles, PatientFiles, Segmentation

    if path.is_dir():
        _measure_cohort(path, out, norms, repeatability, processes)
        return
    if muscles is None and (muscle_image or water or fat):
        raise LbpError("images of the muscles need their segmentation: --muscles FILE")
    if (water is None) != (fat is None):
        raise LbpError("a Dixon series needs both: --water FILE and --fat FILE")
    scan = muscles and MuscleFiles(
        mask=muscles, scheme=muscle_scheme, image=muscle_image, water=water, fat=fat
    )
    files = PatientFiles(
        segmentation=Segmentation(
            mask=path, scheme=scheme, semantic=semantic, lowest=lowest
        ),
        t2=t2,
        t1=t1,
        axial=tuple(axial),
        muscles=(scan,) if scan else (),
    )
    person = _person(age, sex, bmi)
    _measure_one(files, person, norms, out, subject, repeatability)


def _person(age: float | None, sex: str | None, bmi: float | None) -> "Person | None":
    from lbp_outcome.examination import Person

    if age is None and sex is None and bmi is None:
        return None
    if age is None or sex is None:
        raise LbpError("reference values need both: --age YEARS and --sex F or M")
    if sex.upper() not in ("F", "M"):
        raise LbpError(f"sex is {sex!r}, not F or M")
    return Person(age=age, male=sex.upper() == "M", bmi=bmi)


def _measure_one(
    files: "PatientFiles",
    person: "Person | None",
    norms: Path | None,
    out: Path | None,
    subject: str | None,
    repeatability: bool,
) -> None:
    from lbp_outcome.measurements import measure_files

    found = measure_files(
        files,
        person=person,
        norms=norms,
        repeatability=repeatability,
        out=out,
        subject=subject,
    )
    values = sum(item.value is not None for item in found)
    if out is not None:
        print(f"{out}: {values} values, {len(found) - values} reasons.")
        return
    print(*(item for item in found if item.value is not None), sep="\n")
    print(f"\nNot measured ({len(found) - values}), by reason:")
    for reason, names in _by_reason(found).items():
        print(f"- {reason}: {', '.join(names)}")


def _by_reason(found: Iterable["Measurement"]) -> dict[str, list[str]]:
    """What was not measured for each reason, the commonest one first."""
    names: dict[str, list[str]] = {}
    for item in found:
        if item.value is None:
            names.setdefault(item.reason, []).append(item.name)
    commonest = sorted(names.items(), key=lambda pair: -len(pair[1]))
    return {reason: sorted(set(missing)) for reason, missing in commonest}


def _measure_cohort(
    cohort: Path,
    out: Path | None,
    norms: Path | None,
    repeatability: bool,
    processes: int | None,
) -> None:
    from lbp_outcome.cohort.measuring import measure_cohort

    if not (cohort / "participants.tsv").is_file():
        raise LbpError(
            f"{cohort.name}: this folder is no cohort (it has no participants.tsv); "
            f"give a cohort, or the file of one segmentation (NIfTI or MHA)"
        )
    if out is None:
        raise LbpError("say where the table of a cohort goes: --out FILE.parquet")
    found = measure_cohort(
        cohort, out, norms=norms, repeatability=repeatability, processes=processes
    )
    for patient, reason in found.failed.items():
        print(f"{patient}: not measured: {reason}", file=sys.stderr)
    print(
        f"{found.table}: {len(found.done)} patients measured, {len(found.kept)} as "
        f"before, {len(found.failed)} failed, {len(found.without)} without a "
        f"segmented spine."
    )


def sheet(
    cohort: Path,
    patient: str | None = None,
    out: Path | None = None,
    norms: Path | None = None,
    repeatability: bool = False,
) -> None:
    """Write one page about one patient's MRI: pictures, measurements, reasons.

    Args:
        cohort: Cohort folder that holds the patient.
        patient: Pseudonym.
        out: Page to write, HTML or PNG; <patient>_sheet.html by default.
        norms: Table of reference values (CSV); the one built in is made up.
        repeatability: Say how far each number moves if outlines move by half a voxel.
    """
    from lbp_outcome.sheet.patient_sheet import patient_sheet

    name = _named(patient)
    page = patient_sheet(
        cohort,
        name,
        out or Path(f"{name}_sheet.html"),
        norms=norms,
        repeatability=repeatability,
    )
    print(f"Sheet: {page}")


def catalogue() -> None:
    """List the imaging features of back pain, and what is measured of each."""
    from lbp_outcome.catalogue import catalogue_table

    print(catalogue_table())


def run(study: Path, out: Path | None = None) -> None:
    """Run a study: cross-validate, compare, explain, track and report.

    Args:
        study: Study file (YAML).
        out: Folder for the results; runs/<study> by default.
    """
    from lbp_outcome.study.run import run_study

    print(f"Report: {run_study(study, out)}")


def explain(
    run: str,
    patient: str | None = None,
    out: Path | None = None,
    cohort: Path | None = None,
) -> None:
    """Show why a study's models predicted what they did for one patient.

    Args:
        run: Folder of a study's results, or the id of its MLflow run.
        patient: Pseudonym.
        out: Folder to write; explanations/<patient> by default.
        cohort: Cohort folder, if it is no longer where the study found it.
    """
    from lbp_outcome.study.explanation import explain_patient

    name = _named(patient)
    folder = explain_patient(
        run, name, out or Path("explanations") / name, cohort=cohort
    )
    print(f"Explanation: {folder}")


def advise(
    model: str,
    patient: str | None = None,
    cohort: Path | None = None,
    out: Path | None = None,
    show_outside: bool = False,
) -> None:
    """Write one patient's page: probability with interval, reasons, heat map.

    Args:
        model: Registered model: demo-fusion, demo-fusion/2 or demo-fusion@champion.
        patient: Pseudonym.
        cohort: Cohort folder that holds the patient.
        out: Folder to write; advice/<patient> by default.
        show_outside: Show the number, marked, for a patient unlike those trained on.
    """
    from lbp_outcome.tool.advise import advise_patient

    name = _named(patient)
    if cohort is None:
        raise LbpError("say which cohort holds the patient: --cohort FOLDER")
    page, advice = advise_patient(
        model,
        name,
        cohort,
        out or Path("advice") / name,
        show_outside=show_outside,
    )
    for reason in advice.refusals:
        print(f"Refused: {reason}")
    print(f"Page: {page}")


def doctor() -> None:
    """Say what is installed, what is used, and where things are kept."""
    from lbp_outcome.doctor import examine

    print(*examine(), sep="\n")


COMMANDS: tuple[Callable[..., int | None], ...] = (
    check,
    simulate,
    measure,
    sheet,
    catalogue,
    run,
    explain,
    advise,
    doctor,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error meant for people prints as one line."""
    from jsonargparse import ArgumentParser

    parser = ArgumentParser(
        prog="lbp",
        description=f"Outcome of lumbar spine surgery from images and tables. {BANNER}",
        version=f"{__version__}. {BANNER}",
        exit_on_error=False,
    )
    commands = parser.add_subcommands(required=True)
    for command in COMMANDS:
        says = (command.__doc__ or "").partition("\n")[0]
        sub = ArgumentParser(description=says, exit_on_error=False)
        add_arguments(sub, command)
        commands.add_subcommand(command.__name__, sub, help=sub.description)
    try:
        chosen = parser.parse_args(arguments)
    except ArgumentError as error:
        print(f"lbp: {in_one_line(str(error))}; see lbp --help", file=sys.stderr)
        raise SystemExit(ERROR) from None
    name = chosen.subcommand
    settings = parser.instantiate(chosen)[name].as_dict()
    raise SystemExit(_run(_command(name), settings))


def _run(command: Callable[..., int | None], settings: dict[str, object]) -> int:
    try:
        with _speaking():
            return command(**settings) or 0
    except LbpError as error:
        print(f"lbp: {' '.join(str(error).split())}", file=sys.stderr)
    except KeyboardInterrupt:
        print("lbp: stopped; nothing is half-written", file=sys.stderr)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ERROR


@contextmanager
def _speaking() -> Iterator[None]:
    """Print what a reader should know beside the result, each in one line."""
    log, handler = logging.getLogger("lbp_outcome"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("lbp: %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)


def _command(name: str) -> Callable[..., int | None]:
    return next(command for command in COMMANDS if command.__name__ == name)


def _named(patient: str | None) -> str:
    if not patient:
        raise LbpError("say which patient: --patient sub-...")
    return patient
