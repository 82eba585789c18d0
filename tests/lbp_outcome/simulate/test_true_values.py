"""True values follow from the shapes: worked examples, and slow twins as oracles."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Border, Disc, Muscle, Side, Vertebra
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.simulate.body.bones import Endplate, Modic, Pit
from lbp_outcome.simulate.body.discs import Herniation
from lbp_outcome.simulate.body.joints import FacetJoint
from lbp_outcome.simulate.paint.muscles import lower_back
from lbp_outcome.simulate.truth import true_measurements
from lbp_outcome.simulate.truth.axes import true_heights
from lbp_outcome.simulate.truth.bones import of_body, of_endplates
from lbp_outcome.simulate.truth.canal import beside_disc, of_canal
from lbp_outcome.simulate.truth.discs import true_disc_height
from lbp_outcome.simulate.truth.joints import of_joint
from lbp_outcome.simulate.truth.modic import visible_modic_type
from lbp_outcome.simulate.truth.outline import ANGLES_DEG, true_outline

L4_L5 = Disc.parse("L4-L5")


@pytest.fixture(scope="module")
def anatomy(twin, anatomy_of):
    return anatomy_of(twin())


@pytest.fixture(scope="module")
def true(anatomy):
    return {
        (m.name, m.level, m.part, m.side): m.value
        for m in true_measurements(anatomy, anatomy.vertebrae)
    }


def at(true, name, level=None, part=None, side=None):
    return true[name, level, part, side]


def named(items):
    return {(item.name, item.part): item.value for item in items}


def test_every_true_value_has_the_place_of_its_measurement(anatomy, true):
    for name, level, part, side in true:
        where = MEASUREMENTS[name].where
        assert ("disc" in where) == isinstance(level, Disc), name
        assert ("vertebra" in where) == isinstance(level, Vertebra), name
        assert ("border" in where) == isinstance(part, Border), name
        assert ("muscle" in where) == isinstance(part, Muscle), name
        assert ("side" in where) == isinstance(side, Side), name


def test_nothing_is_true_twice_in_one_place(anatomy, true):
    assert len(true) == len(true_measurements(anatomy, anatomy.vertebrae))


def test_segments_add_up_to_the_lordosis(anatomy, true):
    segments = [
        at(true, "segmental_lordosis_deg", disc.name)
        for disc in anatomy.discs
        if disc.upper.name.startswith("L")
    ]
    assert sum(segments) == pytest.approx(at(true, "lumbar_lordosis_deg"))


def test_a_level_disc_is_as_high_as_its_rims_and_hollows_say(one_disc):
    """Two equal hollows of 1.5 mm between rims 9 mm apart."""
    front, middle, back = true_heights(one_disc(rim=9.0))
    assert (front, middle, back) == pytest.approx((9.0, 12.0, 9.0))
    assert 9.0 < true_disc_height(one_disc(rim=9.0)) < 12.0


def test_the_outline_encloses_the_area_of_the_formula(one_disc):
    """Counted on points instead of added up along rays."""
    disc = one_disc(bulge=2.0)
    outline = true_outline(disc)
    x, y = np.meshgrid(*[np.arange(-40, 40, 0.1)] * 2)
    radius = np.interp(
        np.degrees(np.arctan2(-x, -y)), ANGLES_DEG, outline.disc, period=360.0
    )
    counted = (np.hypot(x, y) < radius).sum() * 0.01
    assert outline.area_mm2 == pytest.approx(counted, rel=0.002)
    assert outline.depth_mm == pytest.approx(
        2 * disc.half_depth + disc.bulge + disc.front_bulge, abs=0.01
    )


def test_a_protrusion_stands_out_by_its_depth_and_to_its_own_side(one_disc):
    plain = true_outline(one_disc(bulge=1.0))
    herniation = Herniation(kind="protrusion", angle=20.0, depth=4.0, base=14.0)
    herniated = true_outline(one_disc(bulge=1.0, herniation=herniation))
    more = herniated.disc - plain.disc
    assert more.max() == pytest.approx(4.0, abs=0.4)
    assert ANGLES_DEG[more.argmax()] == pytest.approx(-20.0, abs=6.0)
    assert more[np.abs(ANGLES_DEG) > 90].max() == 0


def test_osteophytes_count_as_bone_that_a_disc_must_pass(one_disc):
    disc = one_disc(bulge=2.0)
    spurred = replace(disc, lower=replace(disc.lower, top=Endplate(spur=5.0)))
    plain, hidden = (true_outline(one).mean_beyond(180, 45) for one in (disc, spurred))
    assert plain > 1.5
    assert hidden == pytest.approx(0.0, abs=0.1)


def test_a_pit_is_a_defect_and_a_modic_change_has_its_type(one_disc):
    pit = Pit(right=0.0, anterior=0.0, radius=8.0, depth=5.0)
    modic = Modic(type=2, depth=6.0, share=0.5, forward=0.0)
    disc = one_disc(pits=(pit,))
    below = replace(disc.lower, top=replace(disc.lower.top, modic=modic))
    found = named(of_endplates(replace(disc, lower=below)))
    assert found["endplate_depth_mm", Border.BELOW] == 5.0
    assert found["endplate_concavity_mm", Border.BELOW] == 1.5
    assert found["modic_type", Border.BELOW] == 2
    assert found["modic_type", Border.ABOVE] == 0
    edge = np.sqrt(found["endplate_defect_area_mm2", Border.BELOW] / np.pi)
    assert pit.below(np.array([edge]), np.zeros(1)) == pytest.approx(2.0)


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_modic_change_in_healthy_marrow_is_seen_as_what_it_is(kind):
    modic = Modic(type=kind, depth=8.0, share=0.5, forward=0.0)
    assert visible_modic_type(Endplate(modic=modic), 0.5) == kind


def test_a_fatty_change_is_none_to_a_reader_where_something_hides_it():
    modic = Modic(type=2, depth=6.0, share=0.5, forward=0.0)
    assert visible_modic_type(Endplate(modic=modic, sclerosis=0.8), 0.5) == 0
    assert visible_modic_type(Endplate(modic=modic), 0.85) == 0
    assert visible_modic_type(Endplate(modic=replace(modic, share=0.05)), 0.5) == 0


def test_fat_has_no_formula_where_the_wall_of_the_sacral_canal_takes_its_place(anatomy):
    for disc in (anatomy.disc(L4_L5), anatomy.discs[-1]):
        found = {item.name: item for item in of_canal(anatomy, disc)}
        walled = disc.name.lower == "S1"
        assert (found["epidural_fat_area_mm2"].value is None) == walled
        assert ("sacral" in found["epidural_fat_absent"].reason) == walled


def thickness(**shape):
    joint = FacetJoint(disc=L4_L5, side=Side.LEFT, space=3.0, fluid=0.0, **shape)
    found = {item.name: item.value for item in of_joint(joint)}
    return found["facet_thickness_mm"]


def test_processes_are_as_thick_as_a_block_that_lies_as_near_to_the_joint():
    far = {"aside": 40.0, "recess": -90.0, "angle": 45.0}
    # Slow twin: points thrown into a half round of height 1.
    across, along, up = np.random.default_rng(0).uniform(size=(3, 200_000))
    inside = across[across**2 + along**2 + up**4 < 1]
    drawn = 7.0 + 8.0
    expected = drawn * np.quantile(inside, 0.95) / 0.95
    assert thickness(growth=1.0, **far) == pytest.approx(expected, rel=0.02)
    assert thickness(growth=1.5, **far) == pytest.approx(1.5 * expected, rel=0.02)


def test_what_the_recess_cuts_off_a_process_does_not_count():
    cut = thickness(growth=1.0, aside=40.0, angle=80.0, recess=8.0)
    assert cut < thickness(growth=1.0, aside=40.0, angle=80.0, recess=-90.0) - 0.5


def test_a_body_is_measured_at_rims_waist_and_middle(one_bone):
    bone = one_bone("L2", hollow=1.5)
    found = {item.name: item.value for item in of_body(bone, [bone])}
    assert found["body_height_middle_mm"] == pytest.approx(bone.height - 3.0)
    assert found["body_height_anterior_mm"] == bone.size.front
    assert found["body_depth_mm"] == pytest.approx(0.93 * bone.size.depth)
    assert "body_crush_ratio" not in found  # nothing to compare with


def test_the_canal_is_that_of_the_sac_beside_the_disc(anatomy, true):
    disc = anatomy.disc(L4_L5)
    beside = beside_disc(anatomy.sac, disc)
    assert at(true, "canal_area_mm2", L4_L5) == anatomy.sac.area[beside].min()
    ratio = at(true, "canal_area_to_pedicle_ratio", L4_L5)
    free = [at(true, "canal_pedicle_area_mm2", name) for name in ("L4", "L5")]
    assert ratio == pytest.approx(anatomy.sac.area[beside].min() / np.mean(free))


def test_the_multifidus_is_as_fatty_as_its_shape_where_all_of_it_is_counted(
    anatomy, true
):
    """Its share holds from L3 to S1; the measurement's range lies within."""
    low, high = lower_back(anatomy)
    heights = [anatomy.discs[n].frame.origin[2] for n in (-1, -3)]
    assert low < heights[0] < heights[1] < high
    for side, share in zip(Side, anatomy.soft.multifidus_fat, strict=True):
        name = "muscle_lumbar_fat_dixon_percent"
        found = at(true, name, part=Muscle.MULTIFIDUS, side=side)
        assert found == pytest.approx(100 * share, abs=5.0)


def test_every_muscle_has_a_size_at_the_lowest_discs(true):
    for side in Side:
        psoas = at(true, "muscle_area_cm2", L4_L5, Muscle.PSOAS, side)
        quadratus = at(true, "muscle_area_cm2", L4_L5, Muscle.QUADRATUS_LUMBORUM, side)
        assert 3.0 < psoas < 25.0
        assert 1.0 < quadratus < psoas
