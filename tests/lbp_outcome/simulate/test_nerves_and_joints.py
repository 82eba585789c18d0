"""Canal, foramina and facet joints: what is drawn is what is painted."""

from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Side
from lbp_outcome.simulate.body.clearance import back_of_disc
from lbp_outcome.simulate.body.facets import fit_joints
from lbp_outcome.simulate.body.frame import Frame
from lbp_outcome.simulate.body.joints import FacetJoint, place_behind
from lbp_outcome.simulate.body.neural import is_lumbar
from lbp_outcome.simulate.body.sac import disc_step
from lbp_outcome.simulate.paint.arch import wing_middle
from lbp_outcome.simulate.paint.canal import paint_sac, paint_surroundings
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.epidural import paint_flavum
from lbp_outcome.simulate.paint.foramina import paint_foraminal_fat, paint_nerves
from lbp_outcome.simulate.paint.joints import BACK, FRONT, paint_joint
from lbp_outcome.simulate.paint.part import Part
from lbp_outcome.simulate.paint.roots import lay_threads
from lbp_outcome.simulate.paint.skeleton import paint_bones
from lbp_outcome.simulate.paint.tissues import CARTILAGE, FAT, JOINT_FLUID, T1, T2
from lbp_outcome.simulate.paint.tube import locate_canal
from lbp_outcome.simulate.people.patients import draw_patients

FINE_MM = 0.25


@pytest.fixture(scope="module")
def patients():
    return draw_patients(60, np.random.default_rng(4))


@pytest.fixture(scope="module")
def anatomies(patients, anatomy_of):
    return [anatomy_of(patients.only(row), seed=row) for row in range(60)]


def flat_canvas(frame, half, *, pixel=FINE_MM, sheets=1, slices=1, apart=0.25):
    """Return a canvas in a plane: columns to the right, rows to the front."""
    columns, rows = (2 * round(size / pixel) + 1 for size in half)
    affine = np.eye(4)
    affine[:3, :3] = frame.axes.T @ np.diag([pixel, pixel, apart])
    affine[:3, 3] = frame.at(-half[0], -half[1], superior=-apart * (slices - 1) / 2)
    return Canvas(affine, (columns, rows, slices), {"t1": T1, "t2": T2}, sheets)


def a_joint(angle=45.0, side=Side.RIGHT, growth=1.0, fluid=1.0, recess=5.0):
    return FacetJoint(
        disc=Disc.parse("L4-L5"),
        side=side,
        angle=angle,
        space=3.0,
        fluid=fluid,
        growth=growth,
        number=2,
        recess=recess,
        behind=place_behind(recess, angle, 3.0, growth),
    )


def painted(joint):
    """Return the parts around one joint on an axial plane, and positions [mm]."""
    canvas = flat_canvas(Frame.patient(), (40.0, 40.0))
    paint_joint(canvas, joint)
    block = canvas.block(Frame.patient(), (-50, -50, -1), (50, 50, 1))
    return canvas, block


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("angle", [20.0, 45.0, 65.0])
def test_a_painted_joint_runs_at_its_angle_to_the_midline(angle, side):
    canvas, block = painted(a_joint(angle, side))
    space = canvas.part[block.place] == Part.FACET_SPACE
    points = np.stack([block.right[space], block.anterior[space]])
    along = np.linalg.eigh(np.cov(points))[1][:, -1]
    measured = np.degrees(np.arctan2(abs(along[0]), abs(along[1])))
    assert measured == pytest.approx(angle, abs=3.0)
    # From the front and the midline it runs backwards and outwards.
    outward = -1 if side is Side.LEFT else 1
    assert np.sign(along[0] * along[1]) == -outward
    assert (np.sign(points[0]) == outward).all()


@pytest.mark.parametrize("side", Side)
def test_the_process_of_the_vertebra_below_lies_in_front_and_outside(side):
    canvas, block = painted(a_joint(45.0, side))
    part = canvas.part[block.place]
    front, back = part == FRONT[side] + 1, part == BACK[side] + 2
    assert block.anterior[front].mean() > block.anterior[back].mean() + 4
    assert abs(block.right[front].mean()) > abs(block.right[back].mean()) + 4


def test_a_joint_shows_cartilage_beside_its_fluid():
    canvas, block = painted(a_joint(fluid=1.5))
    space = canvas.part[block.place] == Part.FACET_SPACE
    values = canvas.values["t2"][block.place][space]
    wet = np.isclose(values, T2(JOINT_FLUID), atol=1e-6)
    assert wet.mean() == pytest.approx(1.5 / 3.0, abs=0.08)
    assert np.isclose(values[~wet], T2(CARTILAGE), atol=1e-6).all()


@pytest.mark.parametrize("recess", [2.0, 3.5, 6.0])
@pytest.mark.parametrize("angle", [30.0, 50.0])
def test_the_front_of_a_joint_bounds_the_recess_at_its_depth(recess, angle):
    canvas, block = painted(a_joint(angle, recess=recess))
    front = canvas.part[block.place] == Part.UPPER_JOINT_RIGHT + 1
    depth = -block.anterior[front].max()
    assert depth == pytest.approx(recess, abs=0.5)


def test_worn_processes_are_thicker():
    def bone(growth):
        canvas, _ = painted(a_joint(growth=growth))
        return np.isin(canvas.part, [FRONT[Side.RIGHT] + 1, BACK[Side.RIGHT] + 2]).sum()

    assert bone(1.6) > 1.3 * bone(1.0)


def test_joints_are_as_asymmetric_as_in_the_published_cohort(patients, twin, anatomies):
    """15 degrees or more in 11.9 % (NORDSTEN); here of 720 pairs."""
    tropism = []
    for anatomy in anatomies:
        rng = np.random.default_rng(len(tropism))
        for _ in range(2):
            joints = fit_joints(twin(), anatomy.discs, rng)
            angles = np.array([joint.angle for joint in joints]).reshape(-1, 2)
            tropism += list(np.abs(np.diff(angles[-6:], axis=1)[:, 0]))
    assert np.mean(np.array(tropism) >= 15) == pytest.approx(0.119, abs=0.035)


def test_joints_turn_from_sagittal_to_oblique_on_the_way_down(anatomies):
    angles = {count: [] for count in range(1, 6)}
    for anatomy in anatomies:
        for joint in anatomy.joints:
            if joint.number in angles:
                angles[joint.number].append(joint.angle)
    means = [np.mean(angles[count]) for count in (5, 4, 3, 2)]
    assert means == sorted(means)
    assert 23 < means[0] < 33
    assert 44 < means[-1] < 54


def test_joints_wear_with_age(twin, anatomies):
    def growth(age):
        return np.mean(
            [
                joint.growth
                for row, anatomy in enumerate(anatomies)
                for joint in fit_joints(
                    twin(age=age), anatomy.discs, np.random.default_rng(row)
                )
            ]
        )

    young, old = growth(45.0), growth(80.0)
    assert old > young + 0.05


def test_fluid_of_a_millimetre_and_a_half_is_found_in_an_eighth_of_joints(anatomies):
    lumbar = [j for a in anatomies for j in a.joints if j.number <= 5]
    assert 0.08 < np.mean([joint.fluid >= 1.5 for joint in lumbar]) < 0.20
    assert all(0 <= joint.fluid < joint.space for joint in lumbar)


def test_no_disc_tissue_stands_in_the_sac(anatomies):
    for anatomy in anatomies:
        for disc in anatomy.discs[-6:]:
            assert room_before_sac(anatomy, disc) > -0.5


def room_before_sac(anatomy, disc):
    """Return the least distance between disc tissue and sac in the disc's plane."""
    sac, wall = anatomy.sac, back_of_disc(disc)
    step = disc_step(sac, disc)
    aside, forward, _ = wall.axes @ (sac.centre[step] - wall.origin)
    share = np.linspace(-0.9, 0.9, 19)
    front = -forward - sac.half_depth[step] * np.sqrt(1 - share**2)
    reach = disc.reach_behind(aside + share * sac.half_width[step])
    return float(np.min(front - reach))


def test_a_second_disc_is_narrow_in_about_a_third(patients, anatomies):
    second = [
        any(
            anatomy.sac.area[disc_step(anatomy.sac, disc)] < 90
            for disc in anatomy.discs[-6:]
            if disc.name != anatomy.operated_level
        )
        for row, anatomy in enumerate(anatomies)
        if patients.sac_area[row] < 70
    ]
    assert 0.2 < np.mean(second) < 0.55


def test_the_painted_sac_has_the_area_of_its_shape(twin, anatomy_of):
    anatomy = anatomy_of(twin(sac_area=80.0))
    disc = anatomy.disc(anatomy.operated_level)
    step = disc_step(anatomy.sac, disc)
    axes = np.array(
        [
            anatomy.sac.rightward[step],
            -anatomy.sac.backward[step],
            anatomy.sac.upward[step],
        ]
    )
    canvas = flat_canvas(Frame(anatomy.sac.centre[step], axes), (15.0, 15.0))
    paint_sac(canvas, locate_canal(canvas, anatomy.sac), anatomy)
    inside = np.isin(canvas.part, [Part.FLUID, Part.ROOT, Part.CORD])
    assert inside.sum() * FINE_MM**2 == pytest.approx(80.0, rel=0.03)


def canal_of(anatomy, pad):
    """Return parts and sac coordinates on a plane across the sac at one disc."""
    sac, step = anatomy.sac, pad.step
    axes = np.array([sac.rightward[step], -sac.backward[step], sac.upward[step]])
    canvas = flat_canvas(Frame(sac.centre[step], axes), (18.0, 22.0))
    tube = locate_canal(canvas, sac)
    paint_surroundings(canvas, tube)
    paint_bones(canvas, anatomy)
    paint_flavum(canvas, tube, anatomy)
    paint_sac(canvas, tube, anatomy)
    return canvas.part.reshape(-1)[tube.index], tube


def test_flavum_and_fat_are_painted_as_thick_as_drawn(anatomies):
    for anatomy in anatomies[:5]:
        for pad in anatomy.fat_pads[-3:-1]:
            if pad.thickness == 0:
                continue
            part, tube = canal_of(anatomy, pad)
            midline = np.abs(tube.right) < 0.2
            fat = midline & (part == Part.EPIDURAL_FAT)
            deepest = (tube.back - tube.half_depth)[fat].max()
            assert deepest == pytest.approx(pad.thickness, abs=0.5)
            assert flavum_thickness(part, tube) == pytest.approx(pad.flavum, abs=0.5)


def flavum_thickness(part, tube):
    """Return the thickness across the band's own slope, 3 to 5 mm from the midline."""
    band = part == Part.FLAVUM
    columns = np.arange(3.0, 5.0, 0.25)
    strips = [band & (np.abs(tube.right - right) < 0.13) for right in columns]
    front = np.array([tube.back[strip].min() for strip in strips])
    behind = np.array([tube.back[strip].max() for strip in strips])
    slope = np.polyfit(columns, front, 1)[0]
    return np.median(behind - front) / np.sqrt(1 + slope**2)


def test_absent_fat_leaves_none_at_that_disc(twin, anatomy_of):
    anatomy = anatomy_of(twin(without_fat=True))
    pad = next(p for p in anatomy.fat_pads if p.disc == anatomy.operated_level)
    part, tube = canal_of(anatomy, pad)
    assert pad.thickness == 0
    assert not (part == Part.EPIDURAL_FAT).any()
    behind = (np.abs(tube.right) < 3) & (tube.back > tube.half_depth + 1)
    behind &= tube.back < tube.half_depth + 3
    assert (part[behind] == Part.FLAVUM).mean() > 0.9


def test_excess_fat_is_thick_and_leaves_the_operated_area_alone(twin, anatomy_of):
    found = [anatomy_of(twin(bmi=45.0, without_fat=False), seed) for seed in range(20)]
    fatty = [anatomy for anatomy in found if anatomy.sac.excess_fat]
    assert fatty
    area = twin().sac_area[0]
    for anatomy in fatty:
        thick = [p.thickness for p in anatomy.fat_pads if p.thickness > 9]
        assert len(thick) >= 2
        disc = anatomy.disc(anatomy.operated_level)
        at_disc = anatomy.sac.area[disc_step(anatomy.sac, disc)]
        assert at_disc == pytest.approx(area, rel=0.01)


def test_redundant_roots_wind_and_others_run_straight(twin, anatomy_of):
    def bends(redundant):
        threads = lay_threads(anatomy_of(twin(redundant_roots=redundant)))
        step = np.diff(threads.back, axis=1)
        return np.abs(np.diff(step, axis=1)).mean()

    assert bends(True) > 3 * bends(False)


def test_roots_lie_in_the_back_of_the_sac_and_inside_it(anatomies):
    for anatomy in anatomies[:20]:
        threads = lay_threads(anatomy)
        present = threads.present == 0
        assert threads.back[present].mean() > 0.5
        along = np.arange(threads.back.shape[1]) * 0.5
        wide, deep = (
            np.interp(along, anatomy.sac.distance, size)
            for size in (anatomy.sac.half_width, anatomy.sac.half_depth)
        )
        out = (threads.right / wide) ** 2 + (threads.back / deep) ** 2
        assert (out[present] <= 1.0).all()


def foramen(anatomy, grade):
    """Return T1 and parts of a plane through the foramina of one side, graded alike."""
    passages = tuple(replace(p, foraminal_grade=grade) for p in anatomy.passages)
    anatomy = replace(anatomy, passages=passages)
    bone = anatomy.vertebrae[-2]
    aside = (bone.size.canal_width + bone.size.pedicle_width) / 2
    axes = np.array([-bone.frame.anterior, bone.frame.superior, bone.frame.axes[0]])
    middle = bone.frame.at(-aside, -bone.size.depth / 2 - 4, -bone.height / 2 + 5)
    canvas = flat_canvas(Frame(middle, axes), (14.0, 14.0))
    paint_foraminal_fat(canvas, anatomy)
    paint_bones(canvas, anatomy)
    paint_nerves(canvas, anatomy)
    return canvas


def test_narrow_foramina_lose_their_fat_and_then_squeeze_the_nerve(twin, anatomy_of):
    anatomy = anatomy_of(twin())
    canvases = [foramen(anatomy, grade) for grade in range(4)]
    fat = [(canvas.part == Part.FORAMEN).sum() for canvas in canvases]
    nerve = [(canvas.part == Part.GANGLION).sum() for canvas in canvases]
    assert fat[0] > 1.3 * fat[1] > 1.3 * 1.3 * fat[2]
    assert nerve[0] == nerve[1] == nerve[2] > 1.5 * nerve[3] > 0
    bright = canvases[0].values["t1"][canvases[0].part == Part.FORAMEN]
    assert np.isclose(bright, T1(FAT), atol=1e-6).all()


def test_foramina_are_narrow_most_often_low_down(anatomies):
    narrow = {count: [] for count in range(1, 6)}
    for anatomy in anatomies:
        for passage in anatomy.passages:
            count = anatomy.disc(passage.disc).number
            if count in narrow:
                narrow[count].append(passage.foraminal_grade >= 2)
    low, middle, high = (
        np.mean([*narrow[a], *narrow[b]]) for a, b in ((1, 2), (2, 3), (4, 5))
    )
    assert 0.5 > low > 1.3 * middle > 1.3 * high


def test_every_lumbar_disc_has_two_passages_as_deep_as_its_joints(anatomies):
    for anatomy in anatomies:
        lumbar = [disc.name for disc in anatomy.discs if is_lumbar(disc.name)]
        assert [p.disc for p in anatomy.passages[::2]] == lumbar
        by_place = {(j.disc, j.side): j.recess for j in anatomy.joints}
        for passage in anatomy.passages:
            assert passage.recess_depth == by_place[passage.disc, passage.side]


def test_twins_share_all_joints_whatever_fills_their_canal(twin, anatomy_of):
    full, empty = (anatomy_of(twin(without_fat=value)) for value in (True, False))
    loose, tight = (anatomy_of(twin(redundant_roots=value)) for value in (True, False))
    for one, other in ((full, empty), (loose, tight)):
        for joint, same in zip(one.joints, other.joints, strict=True):
            assert (joint.angle, joint.fluid) == (same.angle, same.fluid)
        assert [p.flavum for p in one.fat_pads] == [p.flavum for p in other.fat_pads]
        assert [p.foraminal_grade for p in one.passages] == [
            p.foraminal_grade for p in other.passages
        ]
        np.testing.assert_array_equal(one.sac.half_depth, other.sac.half_depth)


def test_a_transition_reaches_the_sacrum_as_its_type_says(twin, anatomy_of):
    """Castellvi: I broad only, II a false joint on the left, III a fusion."""

    def wing(kind):
        anatomy = anatomy_of(twin())
        last = replace(anatomy.vertebrae[-1], castellvi=kind)
        lowest = replace(anatomy.discs[-1], upper=last)
        anatomy = replace(
            anatomy,
            vertebrae=(*anatomy.vertebrae[:-1], last),
            discs=(*anatomy.discs[:-1], lowest),
            joints=(),
        )
        middle = last.frame.at(*wing_middle(last, -1.0))
        axes = np.array([last.frame.axes[0], last.frame.superior, -last.frame.anterior])
        canvas = flat_canvas(Frame(middle, axes), (8.0, 60.0), slices=40, apart=0.5)
        paint_bones(canvas, anatomy)
        height = (canvas.part == Part.WING_LEFT + 1).any(axis=(0, 2)).sum() * FINE_MM
        return height, (canvas.part == Part.FACET_SPACE).sum()

    (slim, _), (broad, free), (jointed, space), (fused, none) = map(wing, range(4))
    assert slim < 12 < 19 < broad < jointed < fused
    assert free == none == 0 < space
