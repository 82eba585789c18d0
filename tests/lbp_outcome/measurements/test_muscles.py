from dataclasses import replace

import numpy as np
import pytest

from lbp_outcome.anatomy import Disc, Muscle, Side
from lbp_outcome.errors import NotMeasurable, UnreadableFile
from lbp_outcome.examination import MuscleScan, Person
from lbp_outcome.geometry.plane import Plane
from lbp_outcome.geometry.plane_cut import cut_by, points_near
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES
from lbp_outcome.measurements import MEASUREMENTS
from lbp_outcome.measurements._muscle_norms import (
    BUILT_IN,
    norm_of,
    percentile,
    read_norms,
)
from lbp_outcome.measurements._muscle_signal import MuscleFat, fat_percent, values_at
from lbp_outcome.phantoms import examined, grid_around
from lbp_outcome.phantoms.muscles import MUSCLES, Cylinder, MusclePhantom
from lbp_outcome.place import Place
from lbp_outcome.records import Remarked
from lbp_outcome.simulate.body.draw import draw_anatomy
from lbp_outcome.simulate.masks.musclemap import musclemap_mask
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.everything import paint_anatomy
from lbp_outcome.simulate.paint.tissues import FAT
from lbp_outcome.simulate.people.patients import draw_patients
from lbp_outcome.simulate.scan.dixon import plan_dixon
from lbp_outcome.simulate.scan.magnetic_resonance import acquire
from lbp_outcome.simulate.scan.site import SITE_A

L45 = Disc.parse("L4-L5")
LEFT = Place(disc=L45, muscle=Muscle.MULTIFIDUS, side=Side.LEFT)
RIGHT = replace(LEFT, side=Side.RIGHT)
PERSON = Person(age=60.0, male=True, bmi=27.0)
COARSE = (1.4, 1.4, 2.5)


def seen(anatomy=MUSCLES, person=PERSON):
    drawing = anatomy.draw(grid_around(anatomy, COARSE))
    return replace(examined(drawing, "spider"), person=person)


@pytest.fixture(scope="module")
def examination():
    return seen()


def without(examination, *names):
    scans = (replace(s, **dict.fromkeys(names)) for s in examination.muscles)
    return replace(examination, muscles=tuple(scans))


def at(name, examination, place=LEFT):
    return MEASUREMENTS[name](examination, place)


def cubes(water, fat):
    """A scan of eight voxels, and where they are."""
    water, fat = (Image(np.reshape(v, (2, 2, 2)), np.eye(4)) for v in (water, fat))
    points = np.argwhere(np.ones((2, 2, 2))).astype(float)
    return MuscleScan(muscles={}, water=water, fat=fat), points


def test_dixon_fat_is_the_mean_of_voxels_and_empty_voxels_count_as_free_of_fat():
    # Worked by hand: (0 + 0.5 + 1 + 0 + 0.25 + 0.25 + 0.1 + 0.9) / 8 = 37.5 %; the
    # ratio of the sums would be another number.
    water = np.array([0.0, 100, 0, 50, 300, 3, 9, 10])
    fat = np.array([0.0, 100, 400, 0, 100, 1, 1, 90])
    assert fat_percent(*cubes(water, fat)) == pytest.approx(37.5)
    assert 100 * fat.sum() / (fat + water).sum() != pytest.approx(37.5, abs=5)


def test_signal_outside_the_image_is_a_reason():
    image = Image(np.ones((3, 3, 3)), np.eye(4))
    with pytest.raises(NotMeasurable, match="outside the image"):
        values_at(image, np.full((5, 3), 40.0))


def test_lean_area_is_the_area_without_its_fat(examination):
    area = at("muscle_area_cm2", examination).value
    fat = at("muscle_fat_dixon_percent", examination).value
    lean = at("muscle_lean_area_cm2", examination)
    assert lean.value == pytest.approx(area * (1 - fat / 100))
    assert "fat from Dixon" in lean.remark


def test_without_dixon_lean_area_and_grade_say_that_the_fat_is_not_from_dixon(
    examination,
):
    poorer = without(examination, "water", "fat")
    for name in ("muscle_lean_area_cm2", "muscle_goutallier_grade"):
        assert "mixture model of T2" in at(name, poorer).remark
    for name in ("muscle_fat_dixon_percent", "muscle_fat_z"):
        place = LEFT if "percent" in name else replace(LEFT, disc=None)
        assert "no Dixon images" in at(name, poorer, place).reason


def test_the_psoas_is_never_measured_from_t2_but_from_dixon():
    psoas = Cylinder(
        muscle=Muscle.PSOAS,
        side=Side.LEFT,
        half_mm=(12, 12),
        middle_mm=(36, 0),
        fat=0.06,
    )
    examination = seen(MusclePhantom(cylinders=(psoas,)))
    place = replace(LEFT, muscle=Muscle.PSOAS)
    for name in ("muscle_fat_gmm2_percent", "muscle_fat_gmm3_percent"):
        assert "use a Dixon series" in at(name, examination, place).reason
    fat = at("muscle_fat_dixon_percent", examination, place)
    assert fat.value == pytest.approx(6.0, abs=0.01)
    poorer = without(examination, "water", "fat")
    assert "use a Dixon series" in at("muscle_lean_area_cm2", poorer, place).reason


def test_without_an_image_there_is_no_mixture(examination):
    poorer = without(examination, "image")
    assert "no T1 or T2 image" in at("muscle_fat_gmm2_percent", poorer).reason


def test_half_fat_in_the_multifidus_is_remarked_as_severe_in_no_other_muscle(
    examination,
):
    assert "severe" in at("muscle_fat_dixon_percent", examination, RIGHT).remark
    assert "severe" not in at("muscle_fat_dixon_percent", examination, LEFT).remark
    fat = MuscleFat(62.0, "somewhere")
    assert fat.remarked(Muscle.ERECTOR_SPINAE) == Remarked(62.0, "somewhere")
    assert "severe" in MuscleFat(50.0, "x").remarked(Muscle.MULTIFIDUS).remark


@pytest.mark.parametrize(
    ("percent", "grade"),
    [(0, 0), (9, 0), (11, 1), (24, 1), (26, 2), (44, 2), (46, 3), (54, 3), (56, 4)],
)
def test_grades_change_at_the_documented_borders(examination, percent, grade):
    scan = examination.muscles[0]
    share = percent / 100
    water, fat = (
        Image(np.full(scan.water.values.shape, 1000 * v), scan.water.affine)
        for v in (1 - share, share)
    )
    other = replace(examination, muscles=(replace(scan, water=water, fat=fat),))
    assert at("muscle_goutallier_grade", other).value == grade


def test_asymmetry_names_the_smaller_side(examination):
    place = Place(disc=L45, muscle=Muscle.MULTIFIDUS)
    assert (
        "the right one is smaller"
        in at("muscle_asymmetry_percent", examination, place).remark
    )


def test_volume_and_lumbar_fat_say_between_which_discs(examination):
    place = replace(LEFT, disc=None)
    for name in ("muscle_volume_cm3", "muscle_lumbar_fat_dixon_percent"):
        assert "L3-L4 and L5-S1" in at(name, examination, place).remark


def test_the_table_built_in_says_that_it_is_made_up(examination):
    found = at("muscle_fat_z", examination, replace(LEFT, disc=None))
    assert "illustrative, synthetic" in found.remark
    assert "SYNTHETIC" in MEASUREMENTS["muscle_fat_z"].function.__doc__


def test_z_scores_compare_log_odds():
    # Domain sheet: a man of 45 with BMI 24 has 16.2 %, SD 6.3. At 21.6 % (60 years,
    # BMI 27) the SD of log-odds is 0.063 / (0.216 x 0.784) = 0.3720;
    # (logit 0.35 - logit 0.216) / 0.3720 = (-0.6190 + 1.2892) / 0.3720 = 1.802.
    norm = norm_of(Muscle.MULTIFIDUS, PERSON)
    assert norm.expected_percent(PERSON) == pytest.approx(21.6)
    assert norm.z(35.0, PERSON) == pytest.approx(1.802, abs=0.002)
    assert norm.z(21.6, PERSON) == pytest.approx(0.0, abs=1e-12)
    assert percentile(1.802) == pytest.approx(96.4, abs=0.1)
    assert np.isfinite([norm.z(p, PERSON) for p in (0.0, 100.0)]).all()


def test_other_muscles_and_an_unknown_body_mass_are_reasons(examination):
    with pytest.raises(NotMeasurable, match=r"psoas .*illustrative, synthetic"):
        norm_of(Muscle.PSOAS, PERSON)
    unknown = replace(examination, person=Person(age=60.0, male=False))
    found = at("muscle_fat_z", unknown, replace(LEFT, disc=None))
    assert found.reason == "the body mass index is not known"


HEAD = "source,muscle,sex,percent,at_age,per_year,at_bmi,per_bmi,sd\n"
LINE = '"Ours 2026, n = 90",psoas,female,5,50,0,25,0,1.5\n'


def test_a_table_of_ones_own_takes_the_place_of_the_one_built_in(tmp_path):
    table = tmp_path / "norms.csv"
    table.write_text(HEAD + LINE)
    woman = Person(age=70.0, male=False)
    norm = norm_of(Muscle.PSOAS, woman, table)
    assert norm.source == "Ours 2026, n = 90"
    assert norm.expected_percent(woman) == 5.0  # BMI is not needed: it does not count
    with pytest.raises(NotMeasurable, match="Ours 2026"):
        norm_of(Muscle.MULTIFIDUS, woman, table)
    assert norm_of(Muscle.MULTIFIDUS, woman) is BUILT_IN[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("sd", "SD") + LINE, "no column sd"),
        (HEAD + LINE.replace("psoas", "poas"), "line 2: muscle 'poas' is none of"),
        (HEAD + LINE.replace("female", "f"), "line 2: sex is 'f'"),
        (HEAD + LINE.replace("1.5", "wide"), "line 2: sd is 'wide', not a number"),
        (HEAD + LINE.replace("1.5", "0"), "line 2: percent must lie"),
        (HEAD + LINE.replace('"Ours 2026, n = 90"', ""), "the source is not named"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_its_line(tmp_path, text, message):
    table = tmp_path / "norms.csv"
    table.write_text(text)
    with pytest.raises(UnreadableFile, match=message):
        read_norms(table)


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"nowhere\.csv: No such file"):
        read_norms(tmp_path / "nowhere.csv")


def fat_of(tissue):
    """Show fat as 1 and all else as 0."""
    return float(tissue == FAT)


def test_dixon_fat_of_a_simulated_patient_is_what_was_painted():
    anatomy = draw_anatomy(
        draw_patients(1, np.random.default_rng(4)), np.random.default_rng(4)
    )
    frame = next(d.frame for d in anatomy.discs if d.name == L45)
    plane = Plane(np.asarray(frame.origin), np.asarray(frame.axes[2]))
    whole = plan_dixon(anatomy, SITE_A, np.random.default_rng(4))
    scan, muscles = _dixon(anatomy, _layers(whole, plane, 14))
    truth = _painted(anatomy, frame)
    errors = []
    for name, percent in truth.items():
        cut = cut_by(muscles[name], plane)
        if cut is not None and not cut.is_cut_off:
            points = points_near(cut, 6.0, inner=True)
            errors.append(fat_percent(scan, points) - percent)
    assert len(errors) >= 6
    assert np.abs(errors).mean() < 2.0


def _layers(scan, plane, count):
    """The same scan with a few slices around a plane."""
    middle = Image(np.zeros(scan.shape), scan.affine).to_index(plane.centre[None])[0, 2]
    affine = scan.affine.copy()
    affine[:3, 3] += affine[:3, 2] * (round(middle) - count // 2 + 2)
    return replace(scan, affine=affine, shape=(*scan.shape[:2], count))


def _dixon(anatomy, plan):
    canvas = plan.canvas()
    paint_anatomy(canvas, anatomy)
    rng = np.random.default_rng(0)
    water, fat = (acquire(canvas, look, plan, rng) for look in ("water", "fat"))
    return MuscleScan(muscles={}, water=water, fat=fat), _muscles(canvas, plan.affine)


def _muscles(canvas, affine):
    mask = Image(musclemap_mask(canvas), affine)
    return LABEL_SCHEMES["musclemap"].read_muscles(mask)


def _painted(anatomy, frame):
    """True fat share of each muscle in a slab of 12 mm along a disc [%]."""
    shape = (190, 120, 7)
    affine = np.eye(4)
    axes = np.asarray(frame.axes) * np.array([[1.0], [-1.0], [1.0]])
    affine[:3, :3] = axes.T * np.array([1.0, 1.0, 2.0])
    middle = frame.at(anterior=-25.0)
    affine[:3, 3] = middle - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    canvas = Canvas(affine, shape, {"fat": fat_of}, sheets=1)
    paint_anatomy(canvas, anatomy)
    fat = Image(canvas.image("fat"), affine)
    return {
        name: 100 * float(values_at(fat, part.points).mean())
        for name, part in _muscles(canvas, affine).items()
    }
