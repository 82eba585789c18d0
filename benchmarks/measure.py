"""Our whole panel beside TPTBox, PyRadiomics and plain scipy loops, on the same masks.

By hand, from the top folder, with a Python that has the peers:

    python -m venv peers
    peers/bin/pip install TPTBox rtree embreex pyradiomics
    OMP_NUM_THREADS=1 python -m benchmarks.measure peers/bin/python

One simulated spine of 16 x 448 x 448 voxels. Equal answers are checked first: the
volume of every vertebra and disc by all four, disc heights against the simulated truth.
Then each is timed from loaded images to numbers, in turn, several times.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import ndimage

from lbp_outcome.anatomy import Disc
from lbp_outcome.cohort.imaging import files_of
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image, write_image
from lbp_outcome.labels.spineps import ANATOMICAL, DISC
from lbp_outcome.patient_files import PatientFiles, Segmentation
from lbp_outcome.simulate.cohort import simulate_cohort

ROUNDS = 5
SHAPE = (448, 448, 16)
NAMES = {str(number): str(name) for number, name in ANATOMICAL.items()}
PEERS = Path(__file__).parent / "peers"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        files, truth = one_spine(Path(folder))
        peers = {"ours": [sys.executable, "-m", "benchmarks.measure", "--ours"]}
        for interpreter in sys.argv[1:]:
            peers["TPTBox"] = [interpreter, str(PEERS / "tptbox.py")]
            peers["PyRadiomics"] = [interpreter, str(PEERS / "radiomics_shape.py")]
        peers["scipy loops"] = [sys.executable, "-m", "benchmarks.measure", "--scipy"]
        runs = {name: [] for name in peers}
        for turn in range(ROUNDS):
            for name, command in peers.items():
                runs[name].append(run(command, files))
            if turn == 0:
                check_equal(runs, truth)
        report(runs)


def one_spine(folder):
    """Simulate a patient and bring the scan to the size that is asked for."""
    cohort = simulate_cohort(folder / "cohort", patients=2, seed=3, processes=1)
    found = files_of(cohort, "sub-0001")
    paths = []
    for name, path in (
        ("vert", found.segmentation.mask),
        ("spine", found.segmentation.semantic),
        ("t2", found.t2),
    ):
        write_image(folder / f"{name}.nii.gz", resized(read_image(path), name == "t2"))
        paths.append(str(folder / f"{name}.nii.gz"))
    return paths, true_heights(cohort)


def resized(image, smooth):
    """Finer pixels in the plane, and as many slices as asked for."""
    slices = image.values[:, :, : SHAPE[2]]
    zoom = min(SHAPE[0] / slices.shape[0], SHAPE[1] / slices.shape[1])
    fine = ndimage.zoom(slices, (zoom, zoom, 1), order=1 if smooth else 0)
    room = [(0, size - have) for size, have in zip(SHAPE, fine.shape, strict=True)]
    affine = image.affine.copy()
    real = np.array(slices.shape[:2]) - 1, np.array(fine.shape[:2]) - 1
    affine[:3, :2] *= real[0] / real[1]
    return Image(np.pad(fine, room), affine)


def true_heights(cohort):
    """The simulated truth of the first patient's disc heights [mm]."""
    lines = (cohort / "derivatives/truth/measurements.tsv").read_text().splitlines()
    head = lines[0].split("\t")
    rows = [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]
    subject = head[0]
    return {
        row["level"]: float(row["value"])
        for row in rows
        if row[subject] == "sub-0001" and row["name"] == "disc_height_mm"
        if row["value"]
    }


def run(command, files):
    """One timed run in a process of its own, on one core."""
    done = subprocess.run(
        [*command, *files],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def ours(vert, tissues, image):
    """Every measurement that the spine and its T2 image allow."""
    from lbp_outcome.measurements import MEASUREMENTS, measure

    [*MEASUREMENTS.values()]
    files = PatientFiles(
        segmentation=Segmentation(
            mask=Path(vert), scheme="spineps", semantic=Path(tissues)
        ),
        t2=Path(image),
    )
    examination = files.examination()
    start = time.perf_counter()
    taken = measure(examination)
    seconds = time.perf_counter() - start
    found = {}
    for number, part in numbered(examination.spine):
        found[number] = {"volume_voxel": part.volume_mm3}
    for item in taken:
        if item.name == "disc_height_mm" and item.value is not None:
            number = next(n for n, name in NAMES.items() if name == item.level.upper)
            found[str(DISC + int(number))]["mean_height"] = item.value
    values = sum(item.value is not None for item in taken)
    return seconds, found, {"values": values, "names": len({i.name for i in taken})}


def numbered(spine):
    """Every disc and vertebra with its SPINEPS number."""
    for number, name in ANATOMICAL.items():
        if name in spine.vertebrae:
            yield str(number), spine.vertebrae[name]
        for disc in spine.discs:
            if disc.upper == name:
                yield str(DISC + number), spine.discs[disc]


def scipy_loops(vert, _tissues, image):
    """Volume, centroid and mean signal, one label after the other over the volume."""
    mask, t2 = read_image(Path(vert)), read_image(Path(image))
    start = time.perf_counter()
    found = {}
    for label in np.unique(mask.values)[1:]:
        inside = mask.values == label
        ndimage.center_of_mass(inside)
        ndimage.mean(t2.values, inside)
        volume = float(inside.sum()) * mask.voxel_volume_mm3
        found[str(label)] = {"volume_voxel": volume}
    return time.perf_counter() - start, found, {}


def check_equal(runs, truth):
    """Refuse to compare times of unequal answers."""
    first = {name: results[0]["found"] for name, results in runs.items()}
    discs = [number for number in first["ours"] if int(number) > DISC]
    for name, found in first.items():
        for number in discs:
            theirs = float(found[number]["volume_voxel"])
            if np.isnan(theirs):
                print(f"{name}: nothing for label {number}: {found[number]['error']}")
                continue
            np.testing.assert_allclose(
                theirs, first["ours"][number]["volume_voxel"], rtol=1e-6, err_msg=name
            )
    print(f"volumes of {len(discs)} discs agree to 1e-6: {', '.join(first)}")
    for name in ("ours", "TPTBox"):
        if name in first:
            heights = {
                str(level): float(first[name][number].get("mean_height", "nan"))
                for number in discs
                if (level := level_of(number))
            }
            wrong = [heights[level] - true for level, true in truth.items()]
            there = [abs(error) for error in wrong if np.isfinite(error)]
            text = f"{name}: height of {len(there)} of {len(wrong)} discs measured"
            if there:
                text += f", mean absolute error {statistics.fmean(there):.2f} mm"
            print(text)


def level_of(number):
    """The disc that a number of SPINEPS stands for; None at the thorax."""
    upper = ANATOMICAL[int(number) - DISC]
    lower = {"T12": "L1", "L5": "S1"}.get(upper, f"L{int(upper[1:]) + 1}")
    return Disc.parse(f"{upper}-{lower}") if upper[0] == "L" or upper == "T12" else None


def report(runs):
    """Median seconds and memory of each."""
    print(f"{'':14}{'seconds':>9}{'least':>8}{'most':>8}{'MiB':>8}")
    for name, results in runs.items():
        seconds = [result["seconds"] for result in results]
        memory = max(result["mib"] for result in results)
        print(
            f"{name:14}{statistics.median(seconds):9.2f}{min(seconds):8.2f}"
            f"{max(seconds):8.2f}{memory:8.0f}"
        )
    print({key: runs["ours"][0][key] for key in ("values", "names")})


def most_mib():
    """Most memory of this process; `ru_maxrss` would count its parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(ln.split()[1]) / 1024 for ln in lines if ln.startswith("VmHWM"))


def answer(found):
    """Print what one run found, as the peers do."""
    seconds, values, more = found
    print(json.dumps({"seconds": seconds, "mib": most_mib(), "found": values, **more}))


if __name__ == "__main__":
    if sys.argv[1] == "--ours":
        answer(ours(*sys.argv[2:]))
    elif sys.argv[1] == "--scipy":
        answer(scipy_loops(*sys.argv[2:]))
    else:
        main()
