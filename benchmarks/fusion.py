"""What networks that look at images add, where the truth is known.

By hand, from the top folder: `python -m benchmarks.fusion SPINES`, where SPINES is a
folder for simulated spines (made there at the first run: 240 of them take some 10
minutes of one core). Three worlds, each with cohorts of 160 patients to learn from and
2,000 others to be examined on:

default       what the images know can be measured
planted       a chequered pattern in the multifidus matters, which nothing measures
null-imaging  images know nothing

Images for all would take days, so every patient is lent those of a spine that shows
what the patient has. Spines lent to patients learned from are never lent to patients
examined. The encoder was trained on none of them.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tqdm import tqdm

from datamodules import DATAMODULES
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.simulate.graded_spine import graded_spine
from lbp_outcome.simulate.people.world import World, draw_world
from lbp_outcome.simulate.scenario import SCENARIOS
from lbp_outcome.statistics.discrimination import auc
from lbp_outcome.study.pretraining import as_graded
from lbp_outcome.units import Unit
from lbp_outcome.view import CohortView, LevelCrop, PatientImages, Predictor
from models import MODELS
from models._levels.gradings import NAMES

LEARN, EXAMINED = 160, 2000
SPINES, SEED = 240, 770_000
"""Of the spines every second carries the planted pattern."""

SHARE_EXAMINED = 0.4
NEAREST = 5
SEVERE_FAT = 50.0
BOTH = ("clinical", "measurements")


class Lent(NamedTuple):
    """A spine whose images are lent, and what is true of it."""

    images: PatientImages
    fat: float
    degenerate: bool
    roots: bool
    without_fat: bool
    area: float
    planted: bool


class Model(NamedTuple):
    """A line of a table: a method, its settings, and what it reads."""

    method: str
    settings: dict[str, object]
    reads: tuple[str, ...]
    images: bool


CLINIC = Model("graded", {"penalty": 300.0}, ("clinical",), images=False)
MEASURED = Model("graded", {"penalty": 300.0}, BOTH, images=False)
DEFAULT = {
    "clinic": CLINIC,
    "clinic, measured": MEASURED,
    "clinic, images: embedded": Model("embedded", {}, ("clinical",), images=True),
    "clinic, images: fusion": Model("fusion", {}, ("clinical",), images=True),
    "all: embedded": Model("embedded", {}, BOTH, images=True),
    "all: fusion": Model("fusion", {}, BOTH, images=True),
    "all: stacked": Model("stacked", {}, BOTH, images=True),
    "all: sequential": Model("sequential", {}, BOTH, images=True),
}
PLANTED = {
    "clinic": CLINIC,
    "clinic, measured": MEASURED,
    "all: embedded": Model("embedded", {}, BOTH, images=True),
    "all: fusion": Model("fusion", {}, BOTH, images=True),
}
FINETUNED = Model("fusion", {"encoder": "finetuned"}, BOTH, images=True)
NULL = {"images alone: fusion": Model("fusion", {}, (), images=True)}


def main() -> None:
    """Print a table for each world."""
    parser = argparse.ArgumentParser()
    parser.add_argument("spines", type=Path)
    parser.add_argument("--cohorts", type=int, default=10)
    parser.add_argument("--finetuned", type=int, default=0, help="of them, end to end")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    make_spines(chosen.spines)
    spines = list(read_spines(chosen.spines))
    plain = [spine for spine in spines if not spine.planted]
    table("default", DEFAULT, plain, chosen.cohorts)
    table("null-imaging", NULL, plain, chosen.cohorts)
    table("planted", PLANTED, spines, chosen.cohorts)
    if chosen.finetuned:
        end_to_end = {"clinic": CLINIC, "all: fusion, end to end": FINETUNED}
        table("planted", end_to_end, spines, chosen.finetuned)


def make_spines(folder: Path) -> None:
    """Simulate the spines that are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in tqdm(range(SPINES), desc="Spines"):
        path = folder / f"{number:04d}.npz"
        if path.exists():
            continue
        planted = number % 2 == 1
        where = SCENARIOS["planted"].planted_place if planted else None
        spine = graded_spine(SEED, number, planted=where)
        graded = as_graded(spine)
        np.savez(
            path,
            crops=graded.crops,
            truth=graded.truth,
            operated=np.array(spine.operated),
            planted=planted,
        )


def read_spines(folder: Path) -> Iterator[Lent]:
    """Yield the spines whose operated level is shown."""
    for path in sorted(folder.glob("*.npz")):
        with np.load(path) as kept:
            at = np.flatnonzero(kept["operated"])
            if not at.size:
                continue
            truth = dict(zip(NAMES, kept["truth"][at[0]], strict=True))
            crops, planted = kept["crops"].astype("f4"), bool(kept["planted"])
        levels = {
            level: LevelCrop(values=t2, affine=np.eye(4), t1=t1)
            for level, (t2, t1) in zip(LUMBAR_DISCS, crops, strict=False)
        }
        yield Lent(
            images=PatientImages(levels=levels),
            fat=truth["multifidus_fat_percent"],
            degenerate=truth["pfirrmann_grade"] >= 4,
            roots=truth["redundant_roots"] > 0,
            without_fat=truth["epidural_fat_absent"] > 0,
            area=truth["sac_area_mm2"],
            planted=planted,
        )


def table(kind: str, models: dict[str, Model], spines: list[Lent], cohorts: int):
    """Fit every model to every cohort, and print what they reach in other patients."""
    found: dict[str, list[float]] = {name: [] for name in (*models, "oracle")}
    took: dict[str, list[float]] = {name: [] for name in models}
    for number in tqdm(range(cohorts), desc=kind):
        world = draw_world(LEARN + EXAMINED, SCENARIOS[kind], 60_000 + number)
        view = view_of(world, lend(world, spines, number))
        later = view.take(range(LEARN, len(view)))
        for name, model in models.items():
            start = time.process_time()
            found[name].append(external(view, later, model, number))
            took[name].append(time.process_time() - start)
        found["oracle"].append(auc(later.outcome, world.oracle[LEARN:]))
    print(
        f"\n{kind}: {cohorts} cohorts of {LEARN}, {EXAMINED} others examined; AUC, "
        "gain over the first line with its 95 % interval over cohorts, share of what "
        "the oracle has above 0.5"
    )
    first, oracle = next(iter(found.values())), np.mean(found["oracle"])
    for name, values in found.items():
        gain = np.array(values) - first
        error = 1.96 * gain.std(ddof=1) / cohorts**0.5
        share = (np.mean(values) - 0.5) / (oracle - 0.5)
        spent = f"{np.mean(took[name]):7.1f} s" if name in took else ""
        spread = 1.96 * np.std(values, ddof=1) / cohorts**0.5
        print(
            f"  {name:26}{np.mean(values):.3f} +- {spread:.3f}  {gain.mean():+.3f} "
            f"({gain.mean() - error:+.3f} to {gain.mean() + error:+.3f})"
            f"{100 * share:5.0f} %{spent}",
            flush=True,
        )


def external(view: CohortView, later: CohortView, model: Model, seed: int) -> float:
    """AUC in the patients not learned from."""
    train = view.take(range(LEARN)).reading(model.reads, images=model.images)
    others = later.reading(model.reads, images=model.images)
    recipe = MODELS[model.method]
    data = DATAMODULES[recipe.data].build(train, others.without_outcome(), seed)
    settings = {**recipe.grid[0], **model.settings}
    predicted = recipe.fit(data, settings, seed).predict(data)
    return float(auc(later.outcome, predicted))


def lend(world: World, spines: list[Lent], seed: int) -> list[Lent]:
    """A spine for each patient, from one pile to learn from and one to examine."""
    chance = np.random.default_rng(seed)
    order = np.random.default_rng(SEED).permutation(len(spines))
    cut = round(SHARE_EXAMINED * len(spines))
    examined, learned = order[:cut], order[cut:]
    return [
        spines[_alike(world, row, spines, learned if row < LEARN else examined, chance)]
        for row in range(len(world))
    ]


def _alike(world, row, spines, pile, chance) -> int:
    """One of the spines that show what this patient has."""
    people, kind = world.patients, world.scenario.name
    if kind == "null-imaging":
        return int(chance.choice(pile))
    if kind == "planted":
        carries = bool(people.planted[row])
        return int(chance.choice([i for i in pile if spines[i].planted == carries]))
    has = (
        bool(people.degenerate[row]),
        bool(people.redundant_roots[row]),
        bool(people.without_fat[row]),
    )
    alike = [
        i
        for i in pile
        if (spines[i].degenerate, spines[i].roots, spines[i].without_fat) == has
    ]
    away = [abs(spines[i].fat - people.multifidus_fat[row]) for i in alike]
    return int(chance.choice(np.array(alike)[np.argsort(away)[:NEAREST]]))


def view_of(world: World, lent: list[Lent]) -> CohortView:
    """The patients as a study hands them to a model."""
    people, before = world.patients, world.baseline
    clinic = np.column_stack(
        [
            *(people.age, people.male, people.bmi, people.smoker, people.depression),
            *(np.log(people.symptom_duration), people.comorbidity),
            *(before.symptoms, before.function, before.leg_pain, before.back_pain),
        ]
    ).astype(float)
    measured = np.array(
        [(s.fat, s.degenerate, s.roots, s.without_fat, s.area) for s in lent], float
    )
    groups = ["clinical"] * clinic.shape[1] + ["measurements"] * measured.shape[1]
    margin = margins(world)
    patients = tuple(world.pseudonym(row) for row in range(len(world)))
    return CohortView(
        patients=patients,
        predictors=tuple(
            Predictor(name=f"column_{place}", unit=Unit.RATIO, group=group)
            for place, group in enumerate(groups)
        ),
        table=np.hstack([clinic, measured]),
        outcome=(margin >= 0).astype(float),
        margin=margin,
        images={
            patient: spine.images for patient, spine in zip(patients, lent, strict=True)
        },
        levels=tuple(LUMBAR_DISCS),
    )


def margins(world: World) -> np.ndarray:
    """By how much each patient passes or misses two of three ZCQ criteria."""
    before, after = world.baseline, world.outcome
    three = (
        before.symptoms - after.symptoms - 0.5,
        before.function - after.function - 0.5,
        2.5 - after.satisfaction,
    )
    return np.sort(three, axis=0)[1]


if __name__ == "__main__":
    main()
