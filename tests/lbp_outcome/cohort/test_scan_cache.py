import json
import logging
import os
import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from lbp_outcome.anatomy import Disc
from lbp_outcome.cohort import code_sum as code
from lbp_outcome.cohort import scan_cache, scans
from lbp_outcome.cohort.content_sums import ContentSums
from lbp_outcome.cohort.folder import check_cohort, read_cohort
from lbp_outcome.cohort.scan_cache import PLACE, Asked, ScanCache
from lbp_outcome.cohort.scans import read_scan, read_scans
from lbp_outcome.errors import LbpError, UnreadableFile
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image, write_image
from lbp_outcome.phantoms import AnalyticSpine, grid_around

PATIENT = "sub-01"
T2 = f"{PATIENT}/anat/{PATIENT}_acq-sag_T2w.nii.gz"
T1 = T2.replace("T2w", "T1w")
MASK = f"derivatives/labels/{PATIENT}/anat/{PATIENT}_acq-sag_T2w_dseg.nii.gz"
FILM = f"{PATIENT}/xray/{PATIENT}_view-lateral_xray.png"
FRONTAL = FILM.replace("lateral", "ap")
NAMES = ("disc_height_mm",)
L3_L4, L4_L5 = Disc.parse("L3-L4"), Disc.parse("L4-L5")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A phantom with T2, T1 and both films."""
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "participants.tsv").write_text(
        f"participant_id\tage\tsex\n{PATIENT}\t60\tF\n"
    )
    for name in (T2, MASK, FILM):
        (folder / name).parent.mkdir(parents=True)
    anatomy = AnalyticSpine()
    mask = anatomy.mask(grid_around(anatomy, (4.0, 1.5, 1.5), turn_deg=(4, 3, 2)))
    t2 = anatomy.t2(mask)
    noise = np.random.default_rng(0).normal(0, 5, t2.values.shape)
    t2 = Image((t2.values + noise).astype(np.float32), t2.affine)
    write_image(folder / MASK, mask)
    write_image(folder / T2, t2)
    write_image(folder / T1, Image(t2.values[::-1].copy(), t2.affine))
    for number, name in enumerate((FILM, FRONTAL)):
        grey = np.random.default_rng(number).integers(0, 255, (300, 200), np.uint8)
        Picture.fromarray(grey).save(folder / name)
        sidecar = (folder / name).with_suffix(".json")
        sidecar.write_text(json.dumps({"PixelSpacing": [0.8, 0.8]}))
    return folder


@pytest.fixture
def cohort(made, tmp_path):
    return shutil.copytree(made, tmp_path / "cohort")


def read(folder, *, names=NAMES, levels=(L4_L5,), whole=False):
    found = read_scans(read_cohort(folder), [PATIENT], levels, names, whole=whole)
    return found[PATIENT]


@pytest.fixture
def read_anew(monkeypatch):
    """How often a patient was decoded, cut and measured."""
    count = []

    def counted(*arguments, **options):
        count.append(arguments)
        return read_scan(*arguments, **options)

    monkeypatch.setattr(scans, "read_scan", counted)
    return count


def entries(folder):
    return [entry.parent for entry in (folder / PLACE).glob("*/scan.json")]


def plain(scan):
    """All of a scan as values that can be compared."""
    images = scan.images
    crops = {
        str(disc): (crop.values.tobytes(), crop.affine.tobytes(), crop.t1.tobytes())
        for disc, crop in images.levels.items()
    }
    volumes = {
        name: (volume.values.tobytes(), volume.affine.tobytes())
        for name, volume in images.volumes.items()
    }
    films = [
        None if film is None else film.tobytes()
        for film in (images.radiograph, images.frontal)
    ]
    rest = (scan.measurements, scan.spacing_mm, scan.doubts, scan.remarks)
    return crops, volumes, films, dict(images.absent), rest


def directly(folder, *, whole):
    found = read_cohort(folder).files[PATIENT]
    person = scans.person_of(read_cohort(folder), PATIENT)
    return read_scan(found, (L4_L5,), NAMES, person, whole=whole)


@pytest.fixture(scope="module")
def kept(made):
    """What a cache is given to keep."""
    return directly(made, whole=False)


@pytest.mark.parametrize("whole", [False, True])
def test_a_second_run_gives_the_same_to_the_last_bit_and_reads_nothing(
    cohort, read_anew, whole
):
    first, again = read(cohort, whole=whole), read(cohort, whole=whole)
    assert len(read_anew) == 1
    assert plain(first) == plain(again) == plain(directly(cohort, whole=whole))
    assert again.measurements
    assert list(again.images.levels)
    assert bool(again.images.volumes) == whole


def test_images_are_memory_mapped_and_cannot_be_written_to(cohort):
    crop = (read(cohort), read(cohort))[1].images.levels[L4_L5]
    assert "crops.npy" in Path("/proc/self/maps").read_text()
    with pytest.raises(ValueError, match="read-only"):
        crop.values[0, 0, 0] = 1


def rewrite(path, change):
    """Change a file's content but neither its size nor its date."""
    was, content = path.stat(), bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (
        was.st_size,
        was.st_mtime_ns,
    )


def test_a_file_changed_under_its_old_date_and_size_is_read_again(cohort, read_anew):
    plain_nifti = cohort / T2.removesuffix(".gz")
    write_image(plain_nifti, read_image(cohort / T2))
    (cohort / T2).unlink()
    long_ago = plain_nifti.stat().st_mtime_ns - 10**12
    os.utime(plain_nifti, ns=(long_ago, long_ago))
    before = read(cohort)

    def brighten(content):
        values = np.frombuffer(content, np.float32, offset=352)
        values *= np.linspace(1, 2, len(values), dtype=np.float32)

    rewrite(plain_nifti, brighten)
    assert plain(read(cohort))[0] != plain(before)[0]
    assert len(read_anew) == 2


@pytest.mark.parametrize("name", [MASK, T2, T1, FILM])
def test_whatever_changes_in_a_source_is_read_again(cohort, read_anew, name):
    read(cohort)
    if name == FILM:
        Picture.fromarray(np.zeros((9, 9), np.uint8)).save(cohort / name)
    else:
        image = read_image(cohort / name)
        image.values[0, 0, 0] += 1
        image.values[0, 0, 0] *= name != MASK
        image.values[-1, 0, 0] = image.values[1, 0, 0] = 0
        image.affine[0, 3] += 0.01
        write_image(cohort / name, image)
    read(cohort)
    assert len(read_anew) == 2


def test_an_x_ray_with_another_pixel_size_is_another_x_ray(cohort, read_anew):
    before = read(cohort).images.radiograph
    (cohort / FILM).with_suffix(".json").write_text('{"PixelSpacing": [0.7, 0.8]}')
    assert not np.array_equal(read(cohort).images.radiograph, before)


def test_what_is_said_of_the_patient_and_the_mask_counts_too(cohort, read_anew):
    read(cohort)
    table = cohort / "participants.tsv"
    table.write_text(table.read_text().replace("\t60\t", "\t70\t"))
    read(cohort)
    sidecar = (cohort / MASK).with_name(f"{Path(MASK).name.partition('.')[0]}.json")
    sidecar.write_text(json.dumps({"LowestVertebra": "L5"}))
    read(cohort)
    assert len(read_anew) == 3


def test_another_question_is_not_answered_with_an_old_answer(cohort, read_anew):
    assert list(read(cohort, levels=[L4_L5]).images.levels) == [L4_L5]
    assert list(read(cohort, levels=[L3_L4]).images.levels) == [L3_L4]
    assert not read(cohort, names=()).measurements
    assert len(read_anew) == 3


def test_other_code_reads_again(cohort, read_anew, monkeypatch):
    read(cohort)
    monkeypatch.setattr(scan_cache, "code_sum", lambda: "cut in another way")
    read(cohort)
    assert len(read_anew) == 2


@pytest.mark.parametrize("moved", [False, True])
def test_a_copy_of_the_cohort_with_other_dates_takes_its_cache_along(
    cohort, read_anew, tmp_path, moved
):
    first = read(cohort)
    for path in (cohort / T2, cohort / MASK):
        os.utime(path, ns=(10**18, 10**18))
    there = tmp_path / "elsewhere"
    shutil.copytree(cohort, there) if not moved else cohort.rename(there)
    assert plain(read(there))[0] == plain(first)[0] if not moved else read(there)
    assert len(read_anew) == 1


def cut_off(file):
    file.write_bytes(file.read_bytes()[:-100])


def flip_a_bit(file):
    content = bytearray(file.read_bytes())
    content[-5000 if len(content) > 9000 else -9] ^= 1
    file.write_bytes(content)


def shape_anew(file):
    np.save(file, np.load(file)[..., :-1]) if file.suffix == ".npy" else cut_off(file)


def take_away(file):
    file.unlink()


@pytest.mark.parametrize("damage", [cut_off, flip_a_bit, shape_anew, take_away])
@pytest.mark.parametrize("file", ["crops.npy", "radiograph.npy", "scan.json"])
def test_a_damaged_entry_is_noticed_and_dropped(tmp_path, kept, caplog, file, damage):
    cache = ScanCache(tmp_path)
    cache.put("key", kept)
    damage(cache.folder / "key" / file)
    assert cache.get("key") is None
    assert [*cache.folder.iterdir()] == []
    assert "damaged" in caplog.text


def test_a_damaged_entry_is_made_again(cohort, read_anew, caplog):
    first = plain(read(cohort))
    (entry,) = entries(cohort)
    flip_a_bit(entry / "crops.npy")
    assert plain(read(cohort)) == first == plain(read(cohort))
    assert len(read_anew) == 2
    assert PATIENT not in caplog.text


def test_a_cohort_that_cannot_be_written_to_works_without_and_says_so_once(
    cohort, read_anew, caplog
):
    (cohort / PLACE).write_text("something in the way")
    first, second = read(cohort), read(cohort)
    assert plain(first) == plain(second)
    assert len(read_anew) == 2
    assert [r.levelno for r in caplog.records] == [logging.WARNING] * 2
    assert all("not writable" in record.message for record in caplog.records)


def test_a_full_disk_stops_nobody(cohort, read_anew, caplog, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(scan_cache, "write_scan", full)
    assert read(cohort).measurements
    assert "No space left" in caplog.text
    assert entries(cohort) == []
    assert not list((cohort / PLACE).glob(".writing-*"))


def test_names_of_files_tell_of_no_patient(cohort):
    read(cohort)
    found = [path.name for path in (cohort / PLACE).rglob("*")]
    assert len(found) >= 5
    assert not [name for name in found if "sub" in name or "01_" in name]


def test_the_cohort_is_the_same_with_and_without_a_cache(cohort):
    assert check_cohort(cohort) == []
    before = read_cohort(cohort).files
    read(cohort)
    assert check_cohort(cohort) == []
    assert read_cohort(cohort).files == before


def test_a_cache_never_passes_for_a_segmentation(cohort):
    read(cohort)
    shutil.copytree(cohort / "derivatives" / "labels", cohort / PLACE / "labels")
    (cohort / "derivatives" / "labels").rename(cohort / "aside")
    shutil.copytree(cohort / "aside", cohort / PLACE, dirs_exist_ok=True)
    assert read_cohort(cohort).files[PATIENT].segmentation is None


def test_many_who_write_at_once_leave_one_sound_entry(tmp_path, kept):
    cache = ScanCache(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: cache.put("key", kept), range(16)))
    assert all(plain(each) == plain(kept) for each in opened)
    assert [path.name for path in cache.folder.iterdir()] == ["key"]


def test_what_was_not_used_for_longest_makes_room(tmp_path, kept, monkeypatch):
    cache, cohort = ScanCache(tmp_path), tmp_path
    for days, key in ((3, "old"), (5, "older"), (0, "new")):
        cache.put(key, kept)
        page = cache.folder / key / "scan.json"
        then = page.stat().st_mtime - 86_400 * days
        os.utime(page, (then, then))
    size = sum(path.stat().st_size for path in page.parent.iterdir())
    monkeypatch.setattr(scan_cache, "LARGEST_BYTES", int(2.5 * size))
    assert cache.prepare()
    assert sorted(path.name for path in entries(cohort)) == ["new", "old"]
    monkeypatch.setattr(scan_cache, "LARGEST_BYTES", int(1.5 * size))
    assert cache.put("newest", kept) is kept
    assert [path.name for path in entries(cohort)] == ["new"]


def test_a_cache_emptied_under_a_running_study_is_told_in_one_line(cohort):
    levels = (read(cohort), read(cohort))[1].images.levels
    shutil.rmtree(cohort / PLACE)
    with pytest.raises(UnreadableFile, match="emptied while it was in use"):
        levels[L4_L5]


def test_a_file_that_changes_while_it_is_read_is_not_kept(cohort, monkeypatch):
    def meanwhile(*arguments, **options):
        scan = read_scan(*arguments, **options)
        image = read_image(cohort / T1)
        write_image(cohort / T1, Image(image.values + 1, image.affine))
        return scan

    monkeypatch.setattr(scans, "read_scan", meanwhile)
    assert read(cohort).measurements
    assert entries(cohort) == []


def test_remarks_on_a_mask_are_made_again_on_every_run(cohort, caplog, monkeypatch):
    remarked = replace(directly(cohort, whole=False), remarks=("an odd body",))
    monkeypatch.setattr(scans, "read_scan", lambda *_, **__: remarked)
    read(cohort)
    caplog.clear()
    assert read(cohort).remarks == ("an odd body",)
    assert "an odd body" in caplog.text


def test_a_missing_file_is_told_by_whoever_reads_it(cohort):
    found = read_cohort(cohort)
    (cohort / T2).unlink()
    with pytest.raises(LbpError, match="there is no such file"):
        read_scans(found, [PATIENT], [L4_L5], NAMES)


class TestSums:
    def test_a_large_file_is_summed_once(self, tmp_path, monkeypatch):
        file, notes = tmp_path / "image", tmp_path / "notes"
        file.write_bytes(bytes(100_000))
        monkeypatch.setattr("time.time", lambda: file.stat().st_ctime + 10)
        first = ContentSums(tmp_path, notes).of(file)
        count = []
        monkeypatch.setattr("lbp_outcome.cohort.content_sums.sha256", count.append)
        assert ContentSums(tmp_path, notes).of(file) == first
        assert count == []

    def test_a_file_written_just_now_gets_no_note(self, tmp_path):
        file, notes = tmp_path / "image", tmp_path / "notes"
        file.write_bytes(bytes(100_000))
        ContentSums(tmp_path, notes).of(file)
        assert not notes.exists()

    def test_a_torn_note_is_ignored(self, tmp_path, monkeypatch):
        file, notes = tmp_path / "image", tmp_path / "notes"
        file.write_bytes(bytes(100_000))
        monkeypatch.setattr("time.time", lambda: file.stat().st_ctime + 10)
        first = ContentSums(tmp_path, notes).of(file)
        (note,) = notes.iterdir()
        note.write_text('{"state": [1')
        assert ContentSums(tmp_path, notes).of(file) == first


class TestCodeSum:
    def test_leaves_out_only_what_lies_above_the_cohort(self):
        project = tomllib.loads(
            (Path(__file__).parents[3] / "pyproject.toml").read_text()
        )
        contracts = project["tool"]["importlinter"]["contracts"]
        layers = next(c for c in contracts if c.get("containers"))["layers"]
        above = layers[: layers.index("cohort")]
        assert {n for layer in above for n in layer.split(" | ")} == {*code.ABOVE}

    def test_changes_with_the_code_that_cuts(self, tmp_path, monkeypatch):
        package = tmp_path / "lbp_outcome"
        (package / "geometry").mkdir(parents=True)
        (package / "study").mkdir()
        monkeypatch.setattr(code.lbp_outcome, "__file__", str(package / "__init__.py"))

        def after(name, text):
            (package / name).write_text(text)
            return code.code_sum.__wrapped__()

        first = after("geometry/level_crop.py", "VOXEL = 1")
        assert after("geometry/level_crop.py", "VOXEL = 2") != first
        assert after("geometry/level_crop.py", "VOXEL = 1") == first
        assert after("study/run.py", "anything") == first


def test_asks_the_same_key_of_equal_questions_only(cohort):
    files = read_cohort(cohort).files[PATIENT]
    cache = ScanCache(cohort)
    asked = Asked(files=files, levels=(L4_L5,), names=frozenset({"a", "b"}))
    assert cache.key(asked) == cache.key(replace(asked, names=frozenset({"b", "a"})))
    others = [
        replace(asked, levels=()),
        replace(asked, names=frozenset({"a"})),
        replace(asked, whole=True),
        replace(asked, files=replace(files, t1=None)),
        replace(asked, files=replace(files, axial=(files.t2,))),
    ]
    keys = {cache.key(each) for each in (asked, *others)}
    assert len(keys) == 1 + len(others)
