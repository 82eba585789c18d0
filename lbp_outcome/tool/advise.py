"""One patient's advice: load the registered model, ask it, and write the page."""

from pathlib import Path

from lbp_outcome.cohort.folder import Cohort, read_cohort
from lbp_outcome.cohort.person import person_of
from lbp_outcome.cohort.scans import Scan, read_scan
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.features import measured_names
from lbp_outcome.io.atomic import atomic_folder
from lbp_outcome.statistics.proportion import proportion_interval
from lbp_outcome.study.explanation.factors import factors_of
from lbp_outcome.study.explanation.heat_map import draw_heat_map, heat_maps_of
from lbp_outcome.study.outcome_model import ModelCard, OutcomeModel, Stratum
from lbp_outcome.study.rows import PatientRow, patient_row
from lbp_outcome.study.tracked.registration import load_registered, registered_name
from lbp_outcome.tool.advice import Advice, HeatMap
from lbp_outcome.tool.applicability import outside_training
from lbp_outcome.tool.page import write_page

ADVICE = "advice.json"
PAGE = "advice.html"


def advise_patient(
    reference: str,
    patient: str,
    cohort: Path,
    out: Path,
    *,
    show_outside: bool = False,
) -> tuple[Path, Advice]:
    """Write what a registered model says of one patient: JSON, a page, a heat map.

    A patient unlike those the model was trained on is refused, with the reasons and
    without a number, unless `show_outside` asks for the number marked as such.

    Args:
        reference: Registered model: `demo-fusion`, `demo-fusion/2`, or a folder.
        patient: Pseudonym.
        cohort: Cohort folder that holds the patient.
        out: Folder to write.
        show_outside: Show the number also for a patient outside the training range.

    Returns:
        The page and its contents.

    Raises:
        LbpError: There is no such model or patient, or the cohort is not in order.
    """
    model = load_registered(reference)
    if model.card.events is None:
        raise InvalidChoice(
            f"{reference}: {model.card.outcome!r} is a number, and advice is given of "
            f"a yes or no; use a model of {model.card.outcome}_50"
        )
    people = read_cohort(cohort)
    scan = _scan(model.card, people, patient)
    row = patient_row(model.card, people, patient, scan)
    outside = outside_training(model.card, row)
    silent = bool(outside) and not show_outside
    with atomic_folder(out, holds=ADVICE) as folder:
        maps = () if silent else _heat_maps(model, people, row, folder)
        advice = _advice(model, people, row, outside, maps, silent=silent)
        (folder / ADVICE).write_text(advice.to_json(), encoding="utf-8")
        write_page(folder / PAGE, advice)
    return Path(out) / PAGE, advice


def _scan(card: ModelCard, cohort: Cohort, patient: str) -> Scan | None:
    if patient not in cohort.files or not {"measurements", "images"} & set(card.reads):
        return None
    person = person_of(cohort, patient)
    return read_scan(
        cohort.files[patient], card.discs, measured_names(card.measurements), person
    )


def _advice(
    model: OutcomeModel,
    cohort: Cohort,
    row: PatientRow,
    outside: tuple[str, ...],
    heat_maps: tuple[HeatMap, ...],
    *,
    silent: bool,
) -> Advice:
    card = model.card
    assert card.events is not None
    raw = float(model.predict(row.view)[0])
    found = None if silent else factors_of(model, row)
    return Advice(
        patient=row.view.patients[0],
        model=registered_name(card),
        outcome=card.outcome,
        statement=card.statement,
        horizon=card.horizon,
        probability=None if silent else card.recalibration.recalibrate(raw),
        base_rate=proportion_interval(card.events, card.patients),
        trained_on=card.patients,
        similar=_similar(card, cohort, row.view.patients[0]),
        scale=found.scale if found else "",
        factors=found.factors if found else (),
        missing=dict(row.missing),
        heat_maps=heat_maps,
        refusals=outside if silent else (),
        outside=() if silent else outside,
        performance=dict(card.performance),
        discriminates=card.discriminates,
        simulated=card.simulated,
        provenance=dict(card.provenance),
    )


def _similar(card: ModelCard, cohort: Cohort, patient: str) -> Stratum | None:
    person = cohort.participants.loc[patient]
    age, sex = person.get("age"), person.get("sex")
    if age is None or age != age:
        return None
    for stratum in card.strata:
        if stratum.sex == sex and stratum.age_from <= age < stratum.age_to + 1:
            return stratum
    return None


def _heat_maps(
    model: OutcomeModel, cohort: Cohort, row: PatientRow, folder: Path
) -> tuple[HeatMap, ...]:
    """Write the maps that passed their sanity check; only say of the others why not."""
    files = cohort.files.get(row.view.patients[0])
    if files is None:
        return ()
    made = []
    for found in heat_maps_of(model, row, files):
        passed = found.sanity.passed
        if passed:
            draw_heat_map(found, folder, model.card)
        made.append(
            HeatMap(
                method=found.method.name,
                shows=found.method.shows,
                level=found.level if passed else "",
                share=round(max(found.share.values()), 4) if passed else 0.0,
                picture=found.picture if passed else "",
                volume=found.volume if passed else "",
                sanity=found.sanity.statement,
                passed=passed,
            )
        )
    return tuple(made)
