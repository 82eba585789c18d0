from dataclasses import replace

import numpy as np
import pytest
import torch

from datamodules._amplitudes import NOTHING, USUAL
from datamodules._augmentation import augmented
from datamodules._fused_augmentation import fused_augmented
from datamodules._motion import KNOTS, Motion, moved
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.geometry.level_crop import VOXEL_MM

VOXEL = tuple(float(size) for size in VOXEL_MM)
SHAPE = (8, 24, 20)
ONES = (1.0, 1.0, 1.0)


def motion(turn=(0, 0, 0), shift=(0, 0, 0), scale=1.0, elastic=0.0):
    return Motion(
        torch.tensor([turn], dtype=torch.float32),
        torch.tensor([shift], dtype=torch.float32),
        torch.tensor([scale], dtype=torch.float32),
        torch.full((1, 3, *KNOTS), float(elastic)),
    )


def smooth(shape=SHAPE, seed=0, voxel=VOXEL):
    """A sum of waves that no resampling by a fraction of a voxel hurts much."""
    rng = np.random.default_rng(seed)
    mm = np.indices(shape) * np.array(voxel)[:, None, None, None]
    waves = [np.sin((mm * rng.normal(0, 0.1, (3, 1, 1, 1))).sum(0)) for _ in range(4)]
    return torch.from_numpy(2 + sum(waves)).float()[None, None]


def ball(centre_mm, shape=(33, 33, 33), voxel=ONES):
    """A soft ball at a place given from the middle of the image [mm]; zero far away."""
    sizes = zip(shape, voxel, strict=True)
    axes = [(np.arange(n) - (n - 1) / 2) * mm for n, mm in sizes]
    away = np.stack(np.meshgrid(*axes, indexing="ij"), -1) - np.array(centre_mm)
    soft = np.exp(-(away**2).sum(-1) / 2 / (0.5 + max(voxel) / 2 + 1) ** 2)
    return torch.from_numpy(soft * (soft > 1e-3)).float()[None, None]


def centre_mm(image, voxel=ONES):
    values = image[0, 0].double().numpy()
    index = np.indices(values.shape).reshape(3, -1)
    middle = (index * values.ravel()).sum(1) / values.sum()
    return (middle - (np.array(values.shape) - 1) / 2) * np.array(voxel)


class TestMotion:
    def test_nothing_is_nothing_to_the_last_bit(self):
        image = smooth()
        assert moved(image, motion(), VOXEL) is image

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_a_shift_of_whole_voxels_is_that_shift(self, axis):
        image, voxels = smooth(), 2
        shift = [0.0, 0.0, 0.0]
        shift[axis] = voxels * VOXEL[axis]
        found = moved(image, motion(shift=shift), VOXEL)
        inner = found.narrow(axis + 2, voxels, SHAPE[axis] - voxels)
        expected = image.narrow(axis + 2, 0, SHAPE[axis] - voxels)
        torch.testing.assert_close(inner, expected, rtol=0, atol=2e-5)
        assert found.narrow(axis + 2, 0, voxels).abs().max() < 2e-5

    @pytest.mark.parametrize(
        ("turn", "before", "after"),
        [
            ((90, 0, 0), (0, 8, 0), (0, 0, 8)),  # about left: back to head
            ((0, 90, 0), (0, 0, 8), (8, 0, 0)),  # about back: head to left
            ((0, 0, 90), (8, 0, 0), (0, 8, 0)),  # about head: left to back
            ((90, 90, 0), (0, 8, 0), (0, 0, 8)),  # about the last axis first
            ((90, 0, 90), (8, 0, 0), (0, 0, 8)),
        ],
    )
    def test_turns_by_the_right_hand_rule(self, turn, before, after):
        left, back = np.array([-1.0, 0, 0]), np.array([0, -1.0, 0])  # in RAS
        assert np.cross(left, back) @ np.array([0, 0, 1.0]) == 1
        found = centre_mm(moved(ball(before), motion(turn=turn), ONES))
        np.testing.assert_allclose(found, after, atol=0.02)

    def test_turns_in_millimetres_where_voxels_are_not_cubes(self):
        shape, voxel = (12, 64, 64), VOXEL
        image = ball((0, 12, 0), shape, voxel)
        found = moved(image, motion(turn=(30, 0, 0)), voxel)
        expected = (0, 12 * np.cos(np.pi / 6), 12 * np.sin(np.pi / 6))
        np.testing.assert_allclose(centre_mm(found, voxel), expected, atol=0.05)
        tilted = moved(image, motion(turn=(0, 0, 20)), voxel)
        expected = (-12 * np.sin(np.pi / 9), 12 * np.cos(np.pi / 9), 0)
        np.testing.assert_allclose(centre_mm(tilted, voxel), expected, atol=0.1)

    def test_scales_then_turns_then_shifts(self):
        how = motion(turn=(90, 0, 0), shift=(0, 3, 1), scale=1.25)
        found = centre_mm(moved(ball((0, 6, 0)), how, ONES))
        np.testing.assert_allclose(found, (0, 3, 7.5 + 1), atol=0.03)

    def test_equal_control_points_are_a_shift_the_other_way(self):
        image = smooth()
        local = moved(image, motion(elastic=0.4), VOXEL)
        shifted = moved(image, motion(shift=(-0.4, -0.4, -0.4)), VOXEL)
        torch.testing.assert_close(local, shifted, rtol=0, atol=1e-4)

    def test_a_local_displacement_is_smooth_and_never_folds(self):
        coordinates = torch.from_numpy(
            np.indices((12, 128, 64)) * np.array(VOXEL)[:, None, None, None]
        ).float()[None]
        rng = torch.Generator().manual_seed(0)
        worst = USUAL.elastic_mm * torch.sign(
            torch.rand(1, 3, *KNOTS, generator=rng) - 0.5
        )
        found = moved(coordinates, motion()._replace(elastic_mm=worst), VOXEL)
        inner = found[0, :, 2:-2, 4:-4, 4:-4].double().numpy()
        apart = inner - coordinates[0, :, 2:-2, 4:-4, 4:-4].numpy()
        assert 0.3 < np.abs(apart).max() <= USUAL.elastic_mm + 1e-3
        slopes = [np.gradient(part, *VOXEL) for part in inner]
        assert (
            np.linalg.det(np.moveaxis(np.array(slopes), (0, 1), (-2, -1))).min() > 0.3
        )

    def test_is_one_resampling_of_all_channels_alike(self):
        image = torch.cat([smooth(), 3 * smooth()], dim=1)
        rng = torch.Generator().manual_seed(1)
        local = torch.rand(1, 3, *KNOTS, generator=rng)
        how = motion((3, 2, 1), (1, 1, 1), 1.02)._replace(elastic_mm=local)
        first, second = moved(image, how, VOXEL)[0]
        torch.testing.assert_close(3 * first, second)


def batch(patients=3, levels=2):
    crops = torch.cat(
        [smooth(seed=seed) for seed in range(2 * levels * patients)], dim=0
    )
    return crops.reshape(patients, levels, 2, *SHAPE)


class TestFused:
    def test_amplitudes_of_zero_change_nothing_at_all(self):
        crops = batch()
        assert torch.equal(fused_augmented(crops, [1, 2, 3], NOTHING), crops)

    def test_changes_a_crop_only_a_little(self):
        crops = batch()
        changed = fused_augmented(crops, [1, 2, 3])
        assert not torch.equal(changed, crops)
        inner = (..., slice(2, -2), slice(4, -4), slice(4, -4))
        pair = torch.stack([changed[inner].flatten(), crops[inner].flatten()])
        assert torch.corrcoef(pair)[0, 1] > 0.8

    @pytest.mark.parametrize("amplitudes", [USUAL, replace(USUAL, elastic_mm=0.0)])
    def test_a_patients_seed_alone_decides_whoever_else_is_there(self, amplitudes):
        crops = batch()
        together = fused_augmented(crops, [7, 8, 9], amplitudes)
        for row, seed in enumerate((7, 8, 9)):
            alone = fused_augmented(crops[row : row + 1], [seed], amplitudes)
            assert torch.equal(together[row], alone[0])
        turned = fused_augmented(crops.flip(0), [9, 8, 7], amplitudes).flip(0)
        assert torch.equal(together, turned)
        others = fused_augmented(crops, [8, 7, 9], amplitudes)
        assert not torch.equal(together[0], others[0])

    def test_leaves_who_has_no_seed_and_what_was_given_untouched(self):
        crops = batch()
        kept = crops.clone()
        changed = fused_augmented(crops, [None, 4, None])
        assert torch.equal(crops, kept)
        assert torch.equal(changed[[0, 2]], crops[[0, 2]])
        assert not torch.equal(changed[1], crops[1])
        assert fused_augmented(crops, [None] * 3) is crops

    def test_leaves_absent_levels_and_absent_t1_absent(self):
        crops = batch()
        crops[0, 1], crops[2, :, 1] = 0, 0
        changed = fused_augmented(crops, [1, 2, 3])
        assert not changed[0, 1].any()
        assert not changed[2, :, 1].any()
        assert changed[2, :, 0].any()

    def test_moves_t2_and_t1_and_all_levels_alike(self):
        crops = batch(patients=1)
        crops[:] = crops[:, :1, :1].clone()
        still = replace(USUAL, bias=0.0, gain=0.0, noise=0.0)
        changed = fused_augmented(crops, [5], still)
        assert not torch.equal(changed, crops)
        assert torch.equal(changed, changed[:, :1, :1].expand_as(changed))

    def test_noise_has_the_size_that_is_asked_for(self):
        crops = torch.ones(40, 1, 2, *SHAPE)
        loud = replace(NOTHING, noise=0.05)
        spread = fused_augmented(crops, range(40), loud).flatten(1).std(dim=1)
        assert spread.max() <= 0.052
        assert abs(spread.mean() - 0.025) < 0.008  # evenly between 0 and 0.05

    def test_gain_differs_between_t2_and_t1(self):
        crops = torch.ones(1, 2, 2, *SHAPE)
        changed = fused_augmented(crops, [3], replace(NOTHING, gain=0.1))
        t2, t1 = changed[0, 0, 0, 0, 0, 0], changed[0, 0, 1, 0, 0, 0]
        assert t2 != t1
        assert np.exp(-0.1) <= min(t2, t1)
        assert max(t2, t1) <= np.exp(0.1)
        assert torch.equal(changed[0, 0], changed[0, 1])

    def test_leaves_the_random_numbers_of_others_alone(self):
        before = torch.get_rng_state()
        fused_augmented(batch(), [1, 2, 3])
        assert torch.equal(before, torch.get_rng_state())

    @pytest.mark.parametrize("levels", [0, 2])
    def test_has_nothing_to_do_without_patients_or_levels(self, levels):
        crops = torch.zeros(0 if levels else 2, levels, 2, *SHAPE)
        assert fused_augmented(crops, [1] * len(crops)).shape == crops.shape


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_moves_crops_as_a_cpu_does():
    crops, silent = batch(), replace(USUAL, noise=0.0)
    here = fused_augmented(crops, [1, 2, 3], silent)
    there = fused_augmented(crops.cuda(), [1, 2, 3], silent).cpu()
    torch.testing.assert_close(here, there, rtol=0, atol=1e-4)


class TestAugmented:
    def test_changes_a_crop_only_a_little(self):
        crops = batch()[0]
        changed = augmented(crops, 0)
        assert changed.shape == crops.shape
        assert not torch.equal(changed, crops)
        inner = (..., slice(2, -2), slice(4, -4), slice(4, -4))
        pair = torch.stack([changed[inner].flatten(), crops[inner].flatten()])
        assert torch.corrcoef(pair)[0, 1] > 0.8

    def test_leaves_an_absent_level_and_an_absent_t1_absent(self):
        crops = batch()[0]
        crops[0], crops[1, 1] = 0, 0
        changed = augmented(crops, 0)
        assert not changed[0].any()
        assert not changed[1, 1].any()
        assert changed[1, 0].any()

    def test_moves_t2_and_t1_and_all_levels_alike(self):
        crops = ball((0, 0, 0), (12, 64, 64), VOXEL).expand(3, 2, -1, -1, -1)
        changed = augmented(crops, 3)
        places = [centre_mm(each[None, None], VOXEL) for each in changed.flatten(0, 1)]
        assert np.abs(places[0]).max() > 0.3
        np.testing.assert_allclose(places, [places[0]] * 6, atol=0.15)  # noise

    def test_leaves_the_random_numbers_of_others_alone(self):
        before = torch.get_rng_state()
        augmented(batch()[0], 0)
        assert torch.equal(before, torch.get_rng_state())

    def test_has_nothing_to_change_without_levels(self):
        assert augmented(batch()[0][:0], 0).shape[0] == 0


class TestBoth:
    @pytest.mark.parametrize("change", [augmented, fused_augmented])
    def test_refuse_another_order_of_axes_in_words(self, change):
        last = torch.zeros(2, *SHAPE, 2)
        given = last if change is augmented else last[None]
        with pytest.raises(InvalidChoice, match=r"must be \[level, T2 and T1, left"):
            change(given, 0 if change is augmented else [0])

    def test_move_as_far_as_each_other(self):
        """Largest shifts are the same millimetres on either path."""
        crops = ball((0, 0, 0), (12, 64, 64), VOXEL).expand(1, 2, -1, -1, -1)
        ours = [
            centre_mm(fused_augmented(crops[None], [seed])[:, 0, :1], VOXEL)
            for seed in range(30)
        ]
        theirs = [
            centre_mm(augmented(crops, seed)[:1, :1], VOXEL) for seed in range(30)
        ]
        far, as_far = (np.abs(places).max(axis=0) for places in (ours, theirs))
        largest = np.array(USUAL.shift_mm) + USUAL.elastic_mm
        assert (far <= largest + 0.1).all()
        assert (as_far <= np.array(USUAL.shift_mm) + 0.1).all()
        assert (as_far >= 0.6 * np.array(USUAL.shift_mm)).all()
