"""How near measurements come to the truth, on simulated patients nobody has tuned on.

By hand, from the top folder: `python -m benchmarks.accuracy`. It simulates 40 patients
(seed 2026, Dixon images too; seeds 5 and 9 were tuned on), measures them once with
masks like those of SPINEPS and once like those of SPIDER, and sets every number beside
`derivatives/truth/measurements.tsv`: same patient, name, level, part and side. Then it
paints 12 of the same patients on two grids, for which accuracy was promised.

The masks are the shapes on a grid of voxels, without the errors of a network or of a
reader: what is found is the error of voxels and methods alone, not of segmentations.
"""

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from lbp_outcome.cohort.measuring import measure_cohort
from lbp_outcome.examination import Examination
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import measure
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.cohort import simulate_cohort
from lbp_outcome.simulate.masks.complete import complete_vertebrae
from lbp_outcome.simulate.masks.spider import spider_mask
from lbp_outcome.simulate.masks.spineps import spineps_tissues, spineps_vertebrae
from lbp_outcome.simulate.paint.layers import paint_contents, paint_spine
from lbp_outcome.simulate.paint.tube import locate_canal
from lbp_outcome.simulate.people.world import draw_world, patient_streams
from lbp_outcome.simulate.scan.plan import grid_around, plan_sagittal
from lbp_outcome.simulate.scan.site import SITE_A
from lbp_outcome.simulate.scenario import SCENARIOS
from lbp_outcome.simulate.truth import true_measurements

SEED, PATIENTS, PAINTED = 2026, 40, 12
PLACE = ["subject", "name", "level", "part", "side"]
FIELD_MM = (176.0, 250.0, 66.0)
GRIDS = {"0.8 mm isotropic": (0.8, 0.8, 0.8), "0.7 x 0.7 x 4 mm": (0.7, 0.7, 4.0)}


@dataclass(frozen=True)
class Promise:
    """A mean absolute error that was promised, on each of the grids."""

    limits: tuple[float, float]
    unit: str
    relative: bool = False


PROMISED = {
    "disc_height_mm": Promise((0.15, 0.5), "mm"),
    "disc_wedge_deg": Promise((0.7, 1.5), "deg"),
    "canal_area_mm2": Promise((3.0, 8.0), "%", relative=True),
    "listhesis_mm": Promise((0.4, 1.0), "mm"),
    "cobb_deg": Promise((1.0, 2.5), "deg"),
    "disc_bulge_posterior_mm": Promise((0.3, 0.8), "mm"),
    "disc_bulge_max_mm": Promise((0.3, 0.8), "mm"),
}
MUSCLE_FAT = "muscle_lumbar_fat_dixon_percent", 2.0
"""Promised of fat in muscle on Dixon images: mean absolute error [points]."""


def main():
    """Print what was asked for and what is found, then every measurement."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        cohort = simulate_cohort(
            home / "cohort", patients=PATIENTS, seed=SEED, dixon=True, processes=2
        )
        truth = table(pd.read_csv(truth_of(cohort), sep="\t", keep_default_na=False))
        spineps = joined(truth, measured(cohort, home / "spineps.parquet"))
        shutil.rmtree(cohort / "derivatives" / "spineps")
        spider = joined(truth, measured(cohort, home / "spider.parquet"))
    print(HEADER.format(patients=truth.subject.nunique()))
    print_promises(spineps)
    for name, both in (("SPINEPS", spineps), ("SPIDER", spider)):
        print_all(name, both)


HEADER = """\
python -m benchmarks.accuracy: {patients} simulated patients with MR, seed 2026, unseen
in all tuning. Masks are the shapes on the voxel grid, free of segmentation errors: the
errors below are those of voxels and methods. Real segmentations add their own.
bias: mean of found less true; abs: mean absolute error; 95 %: 95th percentile of the
absolute error; r: correlation with the truth; lacking: a truth but no measurement."""


def truth_of(cohort):
    """Where the truth of a simulated cohort lies."""
    return cohort / "derivatives" / "truth" / "measurements.tsv"


def measured(cohort, out):
    """Measure all patients of a folder."""
    done = measure_cohort(cohort, out, processes=2)
    if done.failed:
        raise SystemExit(f"not measured: {done.failed}")
    return table(pd.read_parquet(out))


def table(rows):
    """One row for each place, with numbers as numbers and blanks alike."""
    rows = rows.assign(**{n: rows[n].replace({"n/a": ""}).fillna("") for n in PLACE})
    rows["value"] = pd.to_numeric(rows["value"], errors="coerce")
    return rows[[*PLACE, "value", "unit"]]


def joined(truth, found):
    """Truth and measurement side by side, wherever there is a truth."""
    true = truth.dropna(subset="value").rename(columns={"value": "true"})
    found = found.rename(columns={"value": "found"}).drop(columns="unit")
    return true.merge(found, on=PLACE, how="left", validate="one_to_one")


def print_promises(cohort):
    """What was promised, on both grids and with both kinds of mask."""
    print(f"\nPROMISED, mean absolute error; {PAINTED} patients painted on each grid")
    print(f"{'':26}{'grid':18}{'mask':9}{'asked':>7}{'found':>7}{'n':>6}{'lacking':>9}")
    for column, (grid, spacing) in enumerate(GRIDS.items()):
        for scheme, both in painted(spacing).items():
            for name, promise in PROMISED.items():
                own = both[both.name == name]
                asked = promise.limits[column]
                line = f"{name:26}{grid:18}{scheme:9}{asked:7.2f}"
                print(line + outcome(own, asked, relative=promise.relative))
    name, asked = MUSCLE_FAT
    own = cohort[cohort.name == name]
    for muscle in sorted(own.part.unique()):
        line = f"{'fat of ' + muscle:26}{'Dixon':18}{'':9}{asked:7.2f}"
        print(line + outcome(own[own.part == muscle], asked))


def outcome(own, asked, relative=False):
    """Mean absolute error, how many there are and lack, and whether it is kept."""
    known = own.dropna(subset="found")
    error = (known.found - known.true).abs()
    error = 100 * error / known.true if relative else error
    lacking = 100 * (1 - len(known) / max(len(own), 1))
    verdict = "" if len(known) == 0 or error.mean() < asked else "  MISSED"
    return f"{error.mean():7.2f}{len(known):6}{lacking:8.0f}%{verdict}"


def painted(spacing):
    """Truth and measurement of some patients on one grid, by kind of mask."""
    rules = SCENARIOS["default"]
    world = draw_world(PATIENTS, rules, SEED)
    rows = {"spineps": [], "spider": []}
    for number in range(PAINTED):
        for_anatomy, for_scan, _ = patient_streams(SEED, number)
        anatomy = draw_anatomy(world.patients.only(number), for_anatomy)
        scan = on_grid(plan_sagittal(anatomy, SITE_A, for_scan), spacing)
        complete = complete_vertebrae(anatomy, scan)
        true = true_measurements(anatomy, complete)
        for scheme, spine in spines(anatomy, scan, complete).items():
            found = measure(Examination(spine=spine), PROMISED)
            rows[scheme].append(joined(as_rows(true, number), as_rows(found, number)))
    return {scheme: pd.concat(parts) for scheme, parts in rows.items()}


def as_rows(items, number):
    """Measurements as a table."""
    wanted = [item for item in items if item.name in PROMISED]
    rows = [
        {name: str(getattr(item, name) or "") for name in PLACE[1:]}
        | {"subject": str(number), "value": item.value, "unit": str(item.unit)}
        for item in wanted
    ]
    return table(pd.DataFrame(rows))


def on_grid(scan, spacing):
    """The same plan with other voxels."""
    steps = scan.affine[:3, :3] / scan.spacing_mm * np.array(spacing)
    middle = scan.affine @ np.r_[(np.array(scan.shape) - 1) / 2, 1]
    high = max(FIELD_MM[1], scan.shape[1] * scan.spacing_mm[1])
    field = np.array([FIELD_MM[0], high, FIELD_MM[2]])
    columns, rows, slices = (int(size) for size in np.rint(field / spacing))
    shape = columns, rows, slices
    affine = grid_around(middle[:3], steps, shape)
    return replace(
        scan,
        affine=affine,
        shape=shape,
        looks={},
        sheets=1,
        thickness_mm=float(spacing[2]),
    )


def spines(anatomy, scan, complete):
    """Bones, discs and sac of one patient on a grid, as both kinds of mask."""
    canvas = scan.canvas()
    tube = locate_canal(canvas, anatomy.sac)
    paint_spine(canvas, anatomy, tube)
    paint_contents(canvas, anatomy, tube)
    vertebrae, tissues, spider = (
        Image(mask(canvas, complete), scan.affine)
        for mask in (spineps_vertebrae, spineps_tissues, spider_mask)
    )
    return {
        "spineps": LABEL_SCHEMES["spineps"].read(vertebrae, semantic=tissues),
        "spider": LABEL_SCHEMES["spider"].read(spider, lowest=complete[-1].name),
    }


def print_all(masks, both):
    """One line for every measurement that the shapes define."""
    numbers = both[both.unit != "{score}"]
    print(f"\nALL NUMBERS, masks like those of {masks}, slices 3.5 to 4.8 mm apart")
    print(f"{'':32}{'unit':>5}{'n':>6}{'lacking':>9}", end="")
    print(f"{'bias':>11}{'abs':>9}{'95 %':>9}{'r':>7}")
    for (name, unit), own in numbers.groupby(["name", "unit"]):
        print(f"{name:32}{unit:>5}{counted(own)}{of_number(own)}")
    print(f"\nALL GRADES AND FLAGS, masks like those of {masks}")
    print(f"{'':32}{'n':>6}{'lacking':>9}{'truth > 0':>11}  agreement")
    for name, own in both[both.unit == "{score}"].groupby("name"):
        positive = f"{(own.true > 0).sum():11}"
        print(f"{name:32}{counted(own)}{positive}  {of_grade(own)}")


def counted(own):
    """How many there are, and how many of those with a truth lack a measurement."""
    known = own.found.notna()
    return f"{known.sum():6}{100 * (1 - known.mean()):8.0f}%"


def of_number(own):
    """Bias, mean absolute error, its 95th percentile, correlation with the truth."""
    known = own.dropna(subset="found")
    if known.empty:
        return ""
    error = known.found - known.true
    late = error.abs().quantile(0.95)
    varies = len(known) > 2 and known.true.std() > 0 and known.found.std() > 0
    r = f"{known.true.corr(known.found):7.2f}" if varies else f"{'-':>7}"
    return f"{error.mean():11.3g}{error.abs().mean():9.3g}{late:9.3g}{r}"


def of_grade(own):
    """Sensitivity and specificity of a flag; of a grade, the weighted kappa."""
    known = own.dropna(subset="found")
    if known.empty:
        return ""
    true, found = known.true.to_numpy(), known.found.round().to_numpy()
    if max(true.max(), found.max()) <= 1:
        there, seen = true > 0, found > 0
        return f"sensitivity {share(seen[there])}, specificity {share(~seen[~there])}"
    exact = share(true == found)
    return f"quadratic kappa {kappa(true, found)}, same grade {exact}"


def share(chosen):
    """A share in percent, with its counts."""
    if len(chosen) == 0:
        return "none"
    return f"{100 * chosen.mean():.0f} % ({chosen.sum()}/{len(chosen)})"


def kappa(true, found):
    """Agreement beyond chance, squared distances between grades as weights."""
    chance = ((true[:, None] - found) ** 2).mean()
    return f"{1 - ((true - found) ** 2).mean() / chance:.2f}" if chance else "-"


if __name__ == "__main__":
    main()
