"""What decides the outcome can be seen: twins that differ in one cause."""

import numpy as np
import pytest

from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.paint.muscles import lower_back
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.tissues import FAT, MUSCLE, T2

MULTIFIDUS = [Part.MULTIFIDUS_LEFT, Part.MULTIFIDUS_RIGHT]


def heights_of(canvas):
    """Return the height in the patient of every sample point [mm]."""
    block = canvas.block(Frame.patient(), (-500, -500, -500), (500, 500, 500))
    return block.superior


def mean_in(image, canvas, parts):
    return image.values[np.isin(canvas.parts(), parts)].mean()


def test_the_multifidus_holds_its_share_of_fat_and_brightens_with_it(twin, scanned):
    bright = []
    for percent in (12.0, 45.0, 80.0):
        anatomy, canvas, t2, _ = scanned(twin(multifidus_fat=percent))
        low, high = lower_back(anatomy)
        height = heights_of(canvas)
        inside = np.isin(canvas.part, MULTIFIDUS) & (height > low) & (height < high)
        signal = canvas.values["t2"][inside].mean()
        share = (signal - T2(MUSCLE)) / (T2(FAT) - T2(MUSCLE))
        assert share == pytest.approx(percent / 100, abs=0.03)
        bright.append(mean_in(t2, canvas, MULTIFIDUS))
    assert bright[1] > 1.3 * bright[0]
    assert bright[2] > 1.2 * bright[1]


def test_degenerate_discs_are_darker_in_every_patient(twin, scanned):
    def disc_signal(seed, degenerate):
        anatomy, canvas, t2, _ = scanned(twin(degenerate=degenerate), seed)
        operated = Part.DISC + anatomy.disc(anatomy.operated_level).number
        return mean_in(t2, canvas, [operated]) / mean_in(t2, canvas, [Part.FLUID])

    worn = [disc_signal(seed, True) for seed in (1, 2)]
    sound = [disc_signal(seed, False) for seed in (1, 2)]
    assert max(worn) < min(sound)


def test_epidural_fat_is_bright_on_t1_only_where_it_is_present(twin, scanned):
    present, canvas, _, with_fat = scanned(twin(without_fat=False))
    absent, _, _, without_fat = scanned(twin(without_fat=True))
    np.testing.assert_array_equal(with_fat.affine, without_fat.affine)
    step = next(p.step for p in present.fat_pads if p.disc == present.operated_level)
    index = with_fat.to_index(present.sac.centre[[step]])[0]
    pad = canvas.parts() == Part.EPIDURAL_FAT
    pad &= np.abs(np.arange(pad.shape[1]) - index[1])[None, :, None] < 9
    assert pad.sum() > 20
    fat = mean_in(with_fat, canvas, [Part.SUBCUTANEOUS_FAT])
    assert with_fat.values[pad].mean() > 0.5 * fat
    assert without_fat.values[pad].mean() < 0.6 * with_fat.values[pad].mean()
    assert [
        p.thickness for p in absent.fat_pads if p.disc == absent.operated_level
    ] == [0.0]


def test_redundant_roots_wind_above_the_stenosis(twin, scanned):
    def winding(redundant):
        """Mean step of the roots from row to row across the sac [pixels]."""
        anatomy, canvas, t2, _ = scanned(twin(redundant_roots=redundant, sac_area=60.0))
        roots = canvas.parts() == Part.ROOT
        stenosis = anatomy.sac.centre[[anatomy.nerves.stenosis_step]]
        row = int(t2.to_index(stenosis)[0, 1])
        above = roots[:, row + 8 : row + 50]
        kept = above[:, 5:] & above[:, :-5]  # roots still in place 5 mm further up
        return 1 - kept.sum() / above[:, 5:].sum()

    assert winding(True) > winding(False) + 0.15


def test_a_wide_sac_is_larger_than_a_narrow_one_in_the_image(twin, scanned):
    def fluid_at_stenosis(area):
        anatomy, canvas, t2, _ = scanned(twin(sac_area=area))
        centre = anatomy.sac.centre[[anatomy.nerves.stenosis_step]]
        row = int(t2.to_index(centre)[0, 1])
        inside = np.isin(canvas.parts(), [Part.FLUID, Part.ROOT])
        return inside[:, row - 3 : row + 4].sum()

    assert fluid_at_stenosis(120.0) > 2 * fluid_at_stenosis(40.0)


def test_only_the_planted_cause_differs_between_twins(twin, anatomy_of):
    lean, fat = (anatomy_of(twin(multifidus_fat=value)) for value in (10.0, 80.0))
    loose, tight = (anatomy_of(twin(redundant_roots=value)) for value in (True, False))
    for one, other in ((lean, fat), (loose, tight)):
        np.testing.assert_array_equal(one.sac.centre, other.sac.centre)
        for bone, same in zip(one.vertebrae, other.vertebrae, strict=True):
            np.testing.assert_array_equal(bone.frame.origin, same.frame.origin)
