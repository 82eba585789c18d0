"""What the pretrained level encoder sees, how fast, and what that is worth.

By hand, from the top folder: `python -m benchmarks.embed OUT`, where OUT is the folder
of `lbp pretrain` (its `unseen/` holds spines that the encoder has not seen).

Worth: simulated cohorts of 160 patients, each examined on 2,000 others. Simulating
images for all would take days, so every patient is given what the encoder read off an
unseen spine with the same causes: grade, roots and fat alike, and one of the five
nearest in muscle fat. Spines of either side may be the same; outcomes never are.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.simulate.people.patients import SEVERE_FAT_PERCENT
from lbp_outcome.simulate.people.world import draw_world
from lbp_outcome.simulate.scenario import SCENARIOS
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.study.grading_accuracy import grading_accuracy
from lbp_outcome.study.pretraining import read_spine_file
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, LevelCrop, PatientImages, Predictor
from models import MODELS
from models._levels.gradings import NAMES
from models._levels.patient_numbers import PatientReader, patient_numbers
from models._levels.weights import shipped_encoder

COHORTS, LEARN, EXAMINED = 100, 160, 2000
NEAREST = 5
PENALTY = {"penalty": 300.0}


def main():
    """Print every table."""
    torch.set_num_threads(1)
    folder = Path(sys.argv[1]) / "unseen"
    spines = [read_spine_file(path) for path in sorted(folder.glob("*.npz"))]
    speed(spines)
    accuracy(spines)
    worth([spine for spine in spines if spine.operated is not None])


def speed(spines):
    """Milliseconds for one patient, images new and images known."""
    reader = PatientReader(shipped_encoder())
    images = [as_images(spine) for spine in spines[:30]]
    for what in ("read", "remembered"):
        start = time.process_time()
        for each in images:
            reader.read(each, LUMBAR_DISCS)
        took = 1000 * (time.process_time() - start) / len(images)
        print(f"{what:12}{took:8.1f} ms of one core for each patient (six levels)")


def as_images(spine):
    """The levels as a study hands them to a model."""
    crops = spine.graded.crops.astype("f4")
    levels = {
        level: LevelCrop(values=t2, affine=np.eye(4), t1=t1)
        for level, (t2, t1) in zip(LUMBAR_DISCS, crops, strict=False)
    }
    return PatientImages(levels=levels)


def accuracy(spines):
    """What is read off unseen spines, with and without their T1 images."""
    for what, shown in (("T2 and T1", 2), ("T2 alone", 1)):
        print(f"\n{what}, {len(spines)} unseen simulated spines")
        pairs = []
        for spine in spines:
            crops = spine.graded.crops.copy()
            crops[:, shown:] = 0
            graded = type(spine.graded)(crops=crops, truth=spine.graded.truth)
            pairs.append((graded, spine.operated))
        for name, figure in grading_accuracy(shipped_encoder(), pairs).items():
            print(f"{name:24}{figure}")


def worth(spines):
    """External AUC of the clinic alone, with the readings, and with the causes."""
    readings, causes = read_all(spines)
    kinds = ("clinical", "with readings", "with true causes")
    found = {kind: [] for kind in (*kinds, "oracle")}
    for number in range(COHORTS):
        world = draw_world(LEARN + EXAMINED, SCENARIOS["default"], 50_000 + number)
        added = {
            "clinical": np.empty((len(world), 0)),
            "with readings": lent(world, readings, causes, number),
            "with true causes": np.array(causes_of(world), dtype=float),
        }
        for kind in kinds:
            found[kind].append(external(world, added[kind]))
        later = np.arange(LEARN, len(world))
        yes = margins(world)[later] >= 0
        found["oracle"].append(auc(yes.astype(float), world.oracle[later]))
    print(f"\n{COHORTS} cohorts: {LEARN} to learn from, {EXAMINED} examined; AUC")
    base = np.array(found["clinical"])
    for kind, values in found.items():
        gain = np.array(values) - base
        error = 1.96 * gain.std(ddof=1) / np.sqrt(COHORTS)
        print(
            f"{kind:18}{np.mean(values):7.3f}   gain {gain.mean():+.3f} "
            f"(95 %: {gain.mean() - error:+.3f} to {gain.mean() + error:+.3f}), "
            f"better in {100 * (gain > 0).mean():.0f} %"
        )


def read_all(spines):
    """What the encoder reads off each spine, and what is true of it."""
    encoder, readings, causes = shipped_encoder(), [], []
    for spine in spines:
        with torch.inference_mode():
            crops = torch.from_numpy(spine.graded.crops.astype("f4"))
            readings.append(patient_numbers(encoder, crops))
        truth = dict(zip(NAMES, spine.graded.truth[spine.operated], strict=True))
        causes.append(
            (
                truth["multifidus_fat_percent"],
                truth["pfirrmann_grade"] >= 4,
                truth["redundant_roots"] > 0,
                truth["epidural_fat_absent"] > 0,
            )
        )
    return np.array(readings), np.array(causes, dtype=float)


def causes_of(world):
    """What acts on the outcome and shows in the images, one row per patient."""
    people = world.patients
    severe = people.multifidus_fat >= SEVERE_FAT_PERCENT
    seen = (severe, people.degenerate, people.redundant_roots, people.without_fat)
    return np.column_stack(seen)


def lent(world, readings, causes, seed):
    """The readings of an unseen spine with the same causes, for each patient."""
    chance, people = np.random.default_rng(seed), world.patients
    same = np.column_stack(
        (people.degenerate, people.redundant_roots, people.without_fat)
    )
    rows = []
    for fat, flags in zip(people.multifidus_fat, same, strict=True):
        alike = np.flatnonzero((causes[:, 1:] == flags).all(axis=1))
        near = alike[np.argsort(np.abs(causes[alike, 0] - fat))[:NEAREST]]
        rows.append(readings[chance.choice(near)])
    return np.array(rows)


def margins(world):
    """By how much each patient passes or misses two of three ZCQ criteria."""
    before, after = world.baseline, world.outcome
    three = (
        before.symptoms - after.symptoms - 0.5,
        before.function - after.function - 0.5,
        2.5 - after.satisfaction,
    )
    return np.sort(three, axis=0)[1]


def external(world, added):
    """AUC on the patients not learned from, by the regression of `embedded`."""
    people, before = world.patients, world.baseline
    clinic = (
        *(people.age, people.male, people.bmi, people.smoker, people.depression),
        *(np.log(people.symptom_duration), people.comorbidity),
        *(before.symptoms, before.function, before.leg_pain, before.back_pain),
    )
    table = np.column_stack([*clinic, added]).astype(float)
    margin = margins(world)
    view = CohortView(
        patients=tuple(f"sub-{row}" for row in range(len(world))),
        predictors=tuple(
            Predictor(name=f"column_{place}", unit=Unit.RATIO)
            for place in range(table.shape[1])
        ),
        table=table,
        outcome=(margin >= 0).astype(float),
        margin=margin,
    )
    train, later = view.take(range(LEARN)), view.take(range(LEARN, len(view)))
    data = DATAMODULES["tabular"].build(train, later, 0)
    predicted = MODELS["graded"].fit(data, PENALTY, 0).predict(data)
    return auc(later.outcome, predicted)


if __name__ == "__main__":
    main()
