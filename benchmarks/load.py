"""How fast images reach a network: decoding, the cache, the loader, augmentation.

By hand, from the top folder: `OMP_NUM_THREADS=1 python -m benchmarks.load COHORT`, with
a cohort folder that may be written to (`lbp simulate` makes one). A peer that cannot be
imported is left out with a line: `pip install batchgeneratorsv2` where it is wanted.

Equal answers first: mapped volumes equal decoded ones, scans from the cache equal scans
read anew, two workers hand out the batches of none, and our one resampling agrees with
scipy's. Only then anything is timed: in seconds of one core, which other work on the
machine does not change much; the loader, which may use two, by the clock. A volume is
one crop of one weighting.
"""

import importlib
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import nibabel
import numpy as np
import torch
from scipy import ndimage

from datamodules._amplitudes import USUAL
from datamodules._augmentation import augmented
from datamodules._fused_augmentation import fused_augmented
from datamodules._motion import KNOTS, Motion, moved
from datamodules.multimodal import MultimodalData
from lbp_outcome.anatomy import LUMBAR_DISCS
from lbp_outcome.cohort.folder import read_cohort
from lbp_outcome.cohort.scan_cache import PLACE
from lbp_outcome.cohort.scans import read_scans
from lbp_outcome.geometry.level_crop import VOXEL_MM
from lbp_outcome.io.mapped_array import mapped_array
from lbp_outcome.units import Unit
from lbp_outcome.view import CROP_SHAPE, CohortView, Predictor

ROUNDS = 5
PATIENTS, COPIES = 3, 8
"""Few enough patients to be read in this process; as many copies make an epoch."""

VOXEL = tuple(float(size) for size in VOXEL_MM)


def main():
    """Print every table."""
    torch.set_num_threads(1)
    cohort = read_cohort(Path(sys.argv[1]))
    patients = [p for p, f in cohort.files.items() if f.t2 and f.t1 and f.segmentation]
    decoding(cohort, patients[0])
    scans = from_cache(cohort, patients[:PATIENTS])
    view = view_of(scans)
    loading(view)
    augmenting()


def median_ms(action, rounds=ROUNDS):
    """Median milliseconds of one core over several runs, after one to warm up."""
    action()
    took = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        took.append(1000 * (time.process_time() - start))
    return statistics.median(took)


def decoding(cohort, patient):
    """One T2 volume: decompressed by nibabel, or mapped from a file kept plain."""
    source = cohort.files[patient].t2

    def decoded():
        return np.asanyarray(nibabel.load(source).dataobj)  # in column order

    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "t2.npy"
        np.save(kept, np.ascontiguousarray(decoded()))
        np.testing.assert_array_equal(mapped_array(kept), decoded())
        shape, size = decoded().shape, kept.stat().st_size / 2**20
        print(f"one T2 volume {shape}, {size:.1f} MiB plain; equal: yes")
        print(f"  nibabel .nii.gz            {median_ms(decoded):8.2f} ms")
        read = median_ms(lambda: mapped_array(kept).max())
        print(f"  mapped .npy, all voxels    {read:8.2f} ms")
        unseen = median_ms(lambda: mapped_array(kept))
        print(f"  mapped .npy, not looked at {unseen:8.2f} ms")


def from_cache(cohort, patients):
    """First and second run of a study over the same patients."""
    print(f"\n{len(patients)} patients, six levels of T2 and T1 {CROP_SHAPE}")
    for what, names, whole in (
        ("crops and films", (), False),
        ("crops, films, whole volumes", (), True),
        ("crops, films, 1 measurement", ("disc_height_mm",), False),
    ):
        shutil.rmtree(cohort.folder / PLACE, ignore_errors=True)
        took, found = [], []
        for _ in range(3):
            start = time.process_time()
            found.append(read_scans(cohort, patients, LUMBAR_DISCS, names, whole=whole))
            took.append(1000 * (time.process_time() - start) / len(patients))
        for patient in patients:
            require_equal(found[0][patient], found[1][patient])
        print(f"  {what:29}first {took[0]:8.1f} ms, second {took[2]:6.1f} ms a patient")
    return found[1]


def require_equal(one, other):
    """Refuse to time unequal scans."""
    assert one.measurements == other.measurements
    for level, crop in one.images.levels.items():
        again = other.images.levels[level]
        np.testing.assert_array_equal(crop.values, again.values)
        np.testing.assert_array_equal(crop.t1, again.t1)


def view_of(scans):
    """The patients as a study hands them to a network, several times over."""
    names = [f"{patient}-{copy}" for copy in range(COPIES) for patient in scans]
    images = {name: scans[name.rpartition("-")[0]].images for name in names}
    outcome = np.arange(len(names)) % 2.0
    return CohortView(
        patients=tuple(names),
        predictors=(Predictor(name="age", unit=Unit.YEAR),),
        table=outcome[:, None].copy(),
        outcome=outcome,
        images=images,
        levels=LUMBAR_DISCS,
    )


def loading(view):
    """One epoch from the cache, with 0 and 2 workers."""
    nobody = replace(view.take([]), outcome=None)

    def epoch(workers, augment):
        data = MultimodalData(
            view,
            nobody,
            0,
            validation_share=0,
            num_workers=workers,
            augment=augment,
        )
        return data.train_dataloader()

    print(f"\nloader, {len(view)} patients an epoch, batches of 4")
    for augment in (False, True):
        alone, helped = ([*epoch(workers, augment)] for workers in (0, 2))
        for one, other in zip(alone, helped, strict=True):
            assert torch.equal(one.crops, other.crops)
        for workers in (0, 2):
            took = min(seconds(partial(list, epoch(workers, augment))) for _ in "123")
            rate, what = len(view) / took, "TorchIO" if augment else "as they are"
            print(
                f"  {workers} workers, {what:12}{rate:8.1f} patients/s"
                f"{12 * rate:9.0f} volumes/s (same batches)"
            )


def seconds(action):
    """How long one run takes, starting of workers included [s]."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def augmenting():
    """Patients a second through each augmentation, six levels of T2 and T1 each."""
    resampling_is_right()
    rng = np.random.default_rng(0)
    soft = ndimage.gaussian_filter(rng.random((6, 2, *CROP_SHAPE)), (0, 0, 1, 3, 3))
    crops = torch.from_numpy(soft.astype("f4"))
    batch = crops[None].expand(4, -1, -1, -1, -1, -1).contiguous()
    print("\naugmentation, one thread, 12 volumes a patient; ours agrees with scipy")
    affine = replace(USUAL, elastic_mm=0.0)
    ways = {
        "one bare grid_sample (floor)": (4, lambda: bare(batch)),
        "ours fused: affine": (4, lambda: fused_augmented(batch, range(4), affine)),
        "ours fused: affine, elastic": (4, lambda: fused_augmented(batch, range(4))),
        "ours CPU path (TorchIO): affine": (1, lambda: augmented(crops, 0)),
    }
    for name, maker in PEERS.items():
        try:
            ways |= {f"{name}: {what}": (1, way) for what, way in maker(crops)}
        except ImportError as missing:
            print(f"  {name}: left out, {missing.name} is not installed")
    for name, (patients, way) in ways.items():
        show(name, patients, median_ms(way, 3))
    if torch.cuda.is_available():
        on_gpu(batch.repeat(4, 1, 1, 1, 1, 1).cuda())
    else:
        print("  no GPU here: the fused path was timed on the CPU only")


def show(name, patients, took_ms):
    """One line of the table."""
    rate = 1000 * patients / took_ms
    print(f"  {name:48}{rate:8.2f} patients/s{12 * rate:9.1f} volumes/s")


def on_gpu(batch):
    """The fused augmentation of a batch that is on the GPU already, by the clock."""

    def way():
        fused_augmented(batch, range(len(batch)))
        torch.cuda.synchronize()

    way()
    took_ms = 1000 * min(seconds(way) for _ in range(ROUNDS))
    show(f"ours fused on {torch.cuda.get_device_name()}", len(batch), took_ms)


def bare(batch):
    """Nothing but the resampling."""
    images = batch.flatten(1, 2)
    theta = torch.eye(3, 4).expand(len(images), 3, 4)
    grid = torch.nn.functional.affine_grid(theta, list(images.shape), False)
    return torch.nn.functional.grid_sample(images, grid, align_corners=False)


def resampling_is_right():
    """Our grid_sample against scipy's affine_transform, the same motion in both."""
    rng = np.random.default_rng(1)
    image = ndimage.gaussian_filter(rng.random(CROP_SHAPE), (1, 3, 3)).astype("f4")
    angle, shift = 4.0, np.array([0.7, 1.1, -0.6])
    motion = Motion(
        torch.tensor([[angle, 0.0, 0.0]]),
        torch.tensor(shift[None], dtype=torch.float32),
        torch.tensor([1.02]),
        torch.zeros(1, 3, *KNOTS),
    )
    ours = moved(torch.from_numpy(image)[None, None], motion, VOXEL)[0, 0].numpy()
    cosine, sine = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    turn = 1.02 * np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    mm = np.diag(VOXEL)
    back = np.linalg.inv(mm) @ np.linalg.inv(turn) @ mm
    middle = (np.array(CROP_SHAPE) - 1) / 2
    offset = middle - back @ (middle + np.linalg.inv(mm) @ shift)
    theirs = ndimage.affine_transform(
        image, back, offset, order=1, mode="grid-constant"
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def torchio_ways(crops):
    """TorchIO: everything as channels of one image."""
    tio = importlib.import_module("torchio")
    image = crops.flatten(0, 1)
    shifts, turns = USUAL.shift_mm, USUAL.rotation_deg
    affine = tio.RandomAffine(
        scales=USUAL.scaling, degrees=turns, translation=shifts, isotropic=True
    )
    elastic = tio.RandomElasticDeformation(num_control_points=7, max_displacement=1.0)
    field = tio.RandomBiasField(coefficients=USUAL.bias, order=1)
    noise = tio.RandomNoise(std=(0, USUAL.noise))
    subject = tio.ScalarImage(tensor=image, affine=np.diag([*VOXEL, 1.0]))
    yield "affine, field, noise", partial(tio.Compose([affine, field, noise]), subject)
    everything = tio.Compose([affine, elastic, field, noise])
    yield "affine, elastic, field, noise", partial(everything, subject)


def monai_ways(crops):
    """MONAI: affine and elastic share one resampling there, too."""
    monai = importlib.import_module("monai.transforms")
    image = crops.flatten(0, 1)
    turns, sizes = [np.deg2rad(3), 0, 0], [USUAL.scaling] * 3
    how = {
        "prob": 1.0,
        "rotate_range": turns,
        "scale_range": sizes,
        "translate_range": [0.25, 2, 2],
        "padding_mode": "zeros",
    }
    field = monai.RandBiasField(degree=1, coeff_range=(-0.1, 0.1), prob=1.0)
    noise = monai.RandGaussianNoise(prob=1.0, std=USUAL.noise)
    affine = monai.Compose([monai.RandAffine(**how), field, noise])
    yield "affine, field, noise", partial(affine, image)
    elastic = monai.Rand3DElastic((4, 6), (1, 2), spatial_size=CROP_SHAPE, **how)
    everything = monai.Compose([elastic, field, noise])
    yield "affine, elastic, field, noise", partial(everything, image)


def batchgenerators_ways(crops):
    """The augmentation of nnU-Net; it has no intensity field."""
    spatial = importlib.import_module("batchgeneratorsv2.transforms.spatial.spatial")
    gaussian = importlib.import_module(
        "batchgeneratorsv2.transforms.intensity.gaussian_noise"
    )
    noise = gaussian.GaussianNoiseTransform(noise_variance=(0, USUAL.noise**2))
    turn = (-np.deg2rad(3), np.deg2rad(3))
    for what, chance in (("affine, noise", 0), ("affine, elastic, noise", 1)):
        move = spatial.SpatialTransform(
            patch_size=CROP_SHAPE,
            patch_center_dist_from_border=0,
            random_crop=False,
            p_elastic_deform=chance,
            p_rotation=1,
            rotation=turn,
            p_scaling=1,
            scaling=(1 - USUAL.scaling, 1 + USUAL.scaling),
            p_synchronize_scaling_across_axes=1,
        )

        def way(move=move):
            return noise(image=move(image=crops.flatten(0, 1))["image"])

        yield what, way


PEERS = {
    "TorchIO": torchio_ways,
    "MONAI": monai_ways,
    "batchgeneratorsv2": batchgenerators_ways,
}


if __name__ == "__main__":
    main()
