"""The `lbp` command: every subcommand is one library function.

Exit codes: 0 done, 1 `lbp check` found problems, 2 an error told in one line, 3 a
check stopped a study.
"""

import logging
import os
import sys
from argparse import ArgumentError
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lbp_outcome import BANNER, __version__
from lbp_outcome.errors import LbpError
from lbp_outcome.options import add_arguments, in_one_line

if TYPE_CHECKING:
    from lbp_outcome.examination import Person
    from lbp_outcome.patient_files import PatientFiles

FOUND_PROBLEMS = 1
ERROR = 2
STOPPED_BY_CHECK = 3


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
    from lbp_outcome.measurements import doubts_in, grouped_reasons, measure_files

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
        doubts = f", {n} doubts (column doubt)" if (n := len(doubts_in(found))) else ""
        print(f"{out}: {values} values, {len(found) - values} reasons{doubts}.")
        return
    print(*(item for item in found if item.value is not None), sep="\n")
    print(f"\nNot measured ({len(found) - values}), by reason:")
    for reason in grouped_reasons(found):
        print(f"- {reason.sentence}: {', '.join(reason.names)}")
    for doubt in doubts_in(found):
        print(f"\nDoubtful: {doubt}")


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
    for patient, doubts in found.doubts.items():
        print(*(f"{patient}: {doubt}" for doubt in doubts), sep="\n", file=sys.stderr)
    print(
        f"{found.table}: {len(found.done)} patients measured, {len(found.kept)} as "
        f"before, {len(found.failed)} failed, {len(found.without)} without a "
        f"segmented spine, {len(found.doubts)} with doubts (column doubt)."
    )


def grade(
    path: Path,
    frontal: Path | None = None,
    out: Path | None = None,
    subject: str | None = None,
) -> None:
    """Grade lumbar X-rays disc by disc: components, and scales derived from them.

    Trained on simulated films alone. Bones must be bright; a lateral film faces left.

    Args:
        path: Lateral X-ray (PNG with its .json, NIfTI or DICOM), or a cohort folder.
        frontal: Frontal X-ray of the same patient; a cohort says itself.
        out: Table to write: CSV, TSV or Parquet, with the columns of `lbp measure`.
        subject: Pseudonym written into the table; from the file name by default.
    """
    from lbp_outcome.grading import grade_cohort, grade_files

    if not path.is_dir():
        rows = grade_files(path, frontal, out=out, subject=subject)
        known = [row for row in rows if row.value is not None]
        if out is None:
            print(*(f"{row} ({row.remark})" for row in known), sep="\n")
            return
        print(f"{out}: {len(known)} values, {len(rows) - len(known)} reasons.")
        return
    if out is None:
        raise LbpError("say where the table of a cohort goes: --out FILE.csv")
    found = grade_cohort(path, out)
    for patient, reason in found.failed.items():
        print(f"{patient}: not graded: {reason}", file=sys.stderr)
    print(
        f"{found.table}: {len(found.done)} patients graded, {len(found.failed)} "
        f"failed, {len(found.without)} without a lateral X-ray."
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


def run(study: Path, out: Path | None = None, processes: int | None = None) -> int:
    """Run a study: cross-validate, compare, check, track and report.

    A study that was stopped goes on where it was.

    Args:
        study: Study file (YAML).
        out: Folder for the results; runs/<study> by default.
        processes: How many fits at a time; all cores by default.
    """
    from lbp_outcome.study.checking import CheckFailed
    from lbp_outcome.study.run import run_study

    try:
        print(f"Report: {run_study(study, out, processes=processes)}")
    except CheckFailed as failed:
        print(f"lbp: {' '.join(str(failed).split())}", file=sys.stderr)
        return STOPPED_BY_CHECK
    return 0


def pretrain(
    out: Path,
    network: Literal["levels", "xray"] = "levels",
    patients: int = 400,
    seed: int = 0,
    epochs: int = 40,
    unseen: int = 100,
    cohorts: Sequence[Path] = (),
    gradings: Path | None = None,
    images: Path | None = None,
) -> None:
    """Train a network that grades spines level by level: simulated, or real ones.

    A training on MR images that was stopped goes on where it was.

    Args:
        out: Folder for the weights and their manifest.
        network: levels (of MR images) or xray.
        patients: How many spines to simulate and learn from.
        seed: The same seed gives the same weights.
        epochs: Passes over the spines.
        unseen: How many more spines to simulate and be examined on.
        cohorts: Simulated cohorts to learn from besides.
        gradings: Table of radiologists' gradings as SPIDER's (CSV): the shipped
            weights go on learning from it, and nothing is simulated.
        images: Folder with the images and masks of the graded patients.
    """
    if network == "xray":
        _pretrain_xray(out, patients, seed, epochs, unseen, [*cohorts, gradings])
        return
    from lbp_outcome.study.pretraining import finetune
    from lbp_outcome.study.pretraining import pretrain as train

    if (gradings is None) != (images is None):
        raise LbpError("gradings need images: --gradings FILE.csv --images FOLDER")
    if gradings is not None and images is not None:
        learned = finetune(out, gradings, images, epochs=epochs, seed=seed)
        print(f"{out}: weights fine-tuned on {learned} graded patients.")
        return
    figures = train(
        out,
        patients=patients,
        seed=seed,
        epochs=epochs,
        unseen=unseen,
        cohorts=cohorts,
    )
    print(*(f"{name}: {figure}" for name, figure in figures.items()), sep="\n")


def _pretrain_xray(
    out: Path,
    patients: int,
    seed: int,
    epochs: int,
    unseen: int,
    others: Sequence[Path | None],
) -> None:
    from lbp_outcome.grading.pretrain import pretrain_xray

    if any(others):
        raise LbpError("the X-ray network learns from films it simulates itself only")
    pretrain_xray(out, patients=patients, seed=seed, epochs=epochs, unseen=unseen)
    print(f"{out}: weights and MANIFEST.json")


def compare(runs: Sequence[str], out: Path | None = None) -> None:
    """Set the models of two or more studies side by side.

    Args:
        runs: Folders of results, or ids of MLflow runs.
        out: Table to write besides, with every number (CSV).
    """
    from lbp_outcome.io.atomic import write_text
    from lbp_outcome.study.tracked.comparison_table import compare_runs

    found = compare_runs(runs)
    if out is not None:
        write_text(out, found.numbers.to_csv(index=False))
    print(found)


def release(
    model: str,
    as_: Literal["candidate", "champion"] = "candidate",
    simulated: bool = False,
) -> None:
    """Give a registered model an alias, if its study and its files are sound.

    Args:
        model: Registered model: demo-fusion (the newest version) or demo-fusion/2.
        as_: candidate (for others to try) or champion (in use).
        simulated: Let a model of simulated patients become champion.
    """
    from lbp_outcome.study.tracked.release import release as set_alias

    print(set_alias(model, as_, simulated=simulated))


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
    from lbp_outcome.study.explanation.explain_patient import explain_patient

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
    grade,
    sheet,
    catalogue,
    run,
    pretrain,
    compare,
    release,
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
