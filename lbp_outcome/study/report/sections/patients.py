"""Who was in the cohort, who left, and what is known of the others."""

from collections import Counter

from lbp_outcome.study.report.page import Block, Flow, Section, Text
from lbp_outcome.study.report.studied import Studied


def patients(studied: Studied) -> Section:
    """Return the flow of patients from the cohort to the analysis."""
    data = studied.data
    left = Counter(data.excluded.values())
    flow = Flow(
        start=f"{_patients(len(data.cohort.patients))} in the cohort",
        leaving=tuple(
            f"{number} left out: {reason}" for reason, number in left.most_common()
        ),
        end=f"{_patients(len(data.view))} analysed, with a known outcome",
        parts=(*_outcomes(studied), *_modalities(studied)),
    )
    return Section(
        anchor="patients", title="Patients", blocks=(flow, *_held_out(studied))
    )


def modalities(studied: Studied) -> dict[str, int]:
    """Return for how many analysed patients each kind of data is there."""
    data = studied.data
    found = [data.cohort.files[p] for p in data.view.patients if p in data.cohort.files]
    return {
        "clinical table": len(data.view),
        "T2 image": sum(files.t2 is not None for files in found),
        "segmentation": sum(files.segmentation is not None for files in found),
        "lateral X-ray": sum(files.radiograph is not None for files in found),
    }


def _patients(number: int) -> str:
    return f"{number} patient" if number == 1 else f"{number} patients"


def _outcomes(studied: Studied) -> tuple[str, ...]:
    events = studied.data.events
    if not studied.binary or events is None:
        return ()
    without = len(studied.data.view) - events
    return (f"{events} with the outcome", f"{without} without")


def _modalities(studied: Studied) -> tuple[str, ...]:
    return tuple(f"{name}: {n}" for name, n in modalities(studied).items())


def _held_out(studied: Studied) -> tuple[Block, ...]:
    judged, analysed = studied.judged, len(studied.data.view)
    if judged == analysed:
        return ()
    return (
        Text(
            text=f"Performance is that of {judged} patients who were held out; the "
            f"models that predicted them learned from the other {analysed - judged}."
        ),
    )
