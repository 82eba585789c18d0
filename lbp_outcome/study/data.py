"""From a plan to the patients it can be run on, with everybody left out counted."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lbp_outcome.anatomy import Disc
from lbp_outcome.cohort.folder import Cohort, read_cohort
from lbp_outcome.cohort.scans import Scan, read_scans
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.features import FeatureTable, feature_table, measured_names
from lbp_outcome.outcomes import OUTCOMES, Outcome
from lbp_outcome.records import Measurement
from lbp_outcome.study.plan import StudyPlan
from lbp_outcome.view import CohortView, PatientImages
from lbp_outcome.visits import BASELINE


@dataclass(frozen=True, eq=False, kw_only=True)
class StudyData:
    """The patients of a study.

    Attributes:
        cohort: The whole cohort.
        view: The patients whose outcome is known.
        features: The table of predictors of the whole cohort.
        scans: What the images gave, by patient.
        excluded: Why a patient is left out, by patient.
        fingerprint: SHA-256 sum over everything the models can see.
    """

    cohort: Cohort
    view: CohortView
    features: FeatureTable
    scans: Mapping[str, Scan]
    excluded: Mapping[str, str]
    fingerprint: str

    @property
    def events(self) -> int | None:
        """How many patients had a yes-or-no outcome; None for a continuous one."""
        assert self.view.outcome is not None
        yes_or_no = np.isin(self.view.outcome, (0.0, 1.0)).all()
        return int(self.view.outcome.sum()) if yes_or_no else None


def study_data(plan: StudyPlan) -> StudyData:
    """Read, measure and arrange everything that a plan names.

    Raises:
        CohortError: The cohort folder is not in order.
        InvalidChoice: A predictor is an outcome, or nobody has one.
    """
    cohort = read_cohort(plan.cohort)
    refuse_early(plan, cohort)
    levels = tuple(Disc.parse(level) for level in plan.predictors.levels)
    imaged = cohort.files if plan.needs_scans else {}
    scans = read_scans(
        cohort, imaged, levels, measured_names(plan.predictors.measurements)
    )
    features = _features(plan, cohort, scans)
    outcomes = outcome_of_each(plan, cohort)
    known = {p: o.value for p, o in outcomes.items() if o.value is not None}
    if not known:
        reason = next((o.reason for o in outcomes.values()), "there are no patients")
        raise InvalidChoice(
            f"no patient of this cohort has the outcome {plan.outcome!r} at "
            f"{plan.horizon}: {reason}"
        )
    view = CohortView(
        patients=tuple(known),
        predictors=features.predictors,
        table=features.numbers.loc[list(known)].to_numpy(dtype=float),
        outcome=np.array(list(known.values()), dtype=float),
        margin=_margins(plan, cohort, list(known)),
        companions=_companions(plan, cohort, list(known)),
        images={patient: scan.images for patient, scan in scans.items()},
        levels=levels,
    )
    return StudyData(
        cohort=cohort,
        view=view,
        features=features,
        scans=scans,
        excluded={p: o.reason for p, o in outcomes.items() if o.value is None},
        fingerprint=fingerprint(view),
    )


def refuse_early(plan: StudyPlan, cohort: Cohort) -> None:
    """Refuse impossible predictors before an hour is spent on measuring.

    Raises:
        InvalidChoice: A predictor is an outcome or is known only after surgery.
        UnknownName: There is no such predictor.
    """
    _features(plan, cohort, {})


def outcome_of_each(plan: StudyPlan, cohort: Cohort) -> dict[str, Measurement]:
    """Return the outcome of every patient, or why it is not known."""
    return _each(plan.endpoint, plan.horizon, cohort, cohort.patients)


def _each(
    outcome: Outcome, visit: str, cohort: Cohort, patients: Iterable[str]
) -> dict[str, Measurement]:
    scores = cohort.scores_at
    return {p: outcome(scores(p, BASELINE), scores(p, visit)) for p in patients}


def _companions(
    plan: StudyPlan, cohort: Cohort, patients: Sequence[str]
) -> dict[str, Float[np.ndarray, " patients"]]:
    """The other outcomes of each patient; NaN where one is not known."""
    found = {
        name: _each(OUTCOMES[name], plan.horizon, cohort, patients).values()
        for name in plan.companions
    }
    return {
        name: np.array([np.nan if o.value is None else o.value for o in of], float)
        for name, of in found.items()
    }


def _margins(
    plan: StudyPlan, cohort: Cohort, patients: Sequence[str]
) -> Float[np.ndarray, " patients"] | None:
    """By how much each patient passes or misses the outcome."""
    margin, visit = plan.endpoint.margin, plan.horizon
    if margin is None:
        return None
    scores = cohort.scores_at
    return np.array([margin(scores(p, BASELINE), scores(p, visit)) for p in patients])


def fingerprint(view: CohortView) -> str:
    """Return the SHA-256 sum over all that the models can see."""
    digest = hashlib.sha256()
    digest.update(repr((view.patients, view.predictors, view.levels)).encode())
    for numbers in (view.table, view.outcome, view.margin):
        if numbers is not None:
            digest.update(np.ascontiguousarray(numbers).tobytes())
    for name, values in view.companions.items():
        digest.update(name.encode() + np.ascontiguousarray(values).tobytes())
    for patient in view.patients:
        for image in _images(view.images.get(patient, PatientImages())):
            digest.update(image)
    return digest.hexdigest()


def _images(images: PatientImages) -> Iterator[bytes]:
    for level, crop in images.levels.items():
        yield str(level).encode() + crop.values.tobytes()
        if crop.t1 is not None:
            yield crop.t1.tobytes()
    if images.radiograph is not None:
        yield images.radiograph.tobytes()


def _features(
    plan: StudyPlan, cohort: Cohort, scans: Mapping[str, Scan]
) -> FeatureTable:
    return feature_table(
        cohort,
        clinical=plan.predictors.clinical,
        measurements=plan.predictors.measurements,
        measured={patient: scan.measurements for patient, scan in scans.items()},
    )
