"""The X-ray networks: their pictures, their ordinal chances, and refused weights."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lbp_outcome.errors import InvalidChoice, UnreadableFile
from models._xray.corn import chances_above, corn_loss
from models._xray.film import COARSE_MM, LEVEL_MM, SIZES, plane, sample, standard_film
from models._xray.findings import FINDINGS, LIMITS
from models._xray.networks import DISCS, expected_places
from models._xray.reading import FilmReader
from models._xray.training import Example, _moved, _picture
from models._xray.weights import read_reader, weights_name, write_reader

PIXEL = 0.6


def film_with_dots(corners, shape=(500, 340)):
    """A film that is dark but for a round spot at every corner."""
    places = plane(shape, PIXEL).numpy()
    film = np.random.default_rng(1).normal(0, 0.01, shape)
    for corner in corners.reshape(-1, 2):
        film += np.exp(-((places - corner) ** 2).sum(-1) / (2 * 1.2**2))
    return standard_film(film, (PIXEL, PIXEL))


def example(view):
    """Six discs one above the other, slightly tilted, each corner a spot."""
    corners = np.array(
        [
            np.add([[-4, -18], [-5, 17], [5, -17], [4, 18]], [80 - 34 * disc, disc])
            for disc in range(DISCS)
        ],
        dtype=float,
    )
    above = torch.zeros(DISCS, len(FINDINGS[view]), LIMITS, dtype=torch.bool)
    return Example(
        film=film_with_dots(corners),
        corners=torch.from_numpy(corners).float(),
        above=above,
    )


@pytest.mark.parametrize("view", ["lateral", "frontal"])
def test_corners_stay_on_their_spots_however_a_picture_is_moved_and_mirrored(view):
    seen, rng = example(view), np.random.default_rng(3)
    pixel = (LEVEL_MM[view], LEVEL_MM[view])
    for disc in range(DISCS):
        picture, corners, _ = _picture(seen, disc, view, rng)
        assert (sample(picture, pixel, corners) > 0.8 * picture.max()).all()


def test_mirroring_exchanges_the_findings_that_change_places():
    seen, orders = example("frontal"), set()
    seen.above[:, :, 0] = torch.tensor([True, False, False, False, True, False])
    for draw in range(16):
        rng = np.random.default_rng(draw)
        _, _, above = _picture(seen, 2, "frontal", rng)
        orders.add(tuple(above[:, 0].tolist()))
    right_above = {
        (True, False, False, False, True, False),
        (False, True, False, False, False, True),
        (False, False, True, False, True, False),
        (False, False, False, True, False, True),
    }
    assert orders == right_above


@pytest.mark.parametrize("view", ["lateral", "frontal"])
def test_a_moved_film_keeps_the_ends_half_way_between_the_spots(view):
    seen, rng = example(view), np.random.default_rng(4)
    film, ends = _moved(seen, view, rng)
    spots = torch.from_numpy(np.argwhere(film.numpy() > 0.75 * film.numpy().max()))
    middle = torch.tensor([(size - 1) / 2 for size in SIZES[view]])
    places = (spots - middle) * COARSE_MM
    nearest = (ends[:, None] - places[None]).norm(dim=-1).min(dim=1).values
    assert len(ends) == 2 * DISCS
    assert nearest.max() < 7.5  # half a disc's height and a pixel


def test_a_film_is_the_same_in_any_contrast():
    pixels = np.random.default_rng(2).gamma(2.0, 50.0, (60, 40))
    one, other = (standard_film(p, (0.5, 0.5)) for p in (pixels, 7 * pixels + 300))
    np.testing.assert_allclose(one.fine, other.fine, atol=1e-4)


@pytest.mark.parametrize(
    ("pixels", "pixel_mm", "wrong"),
    [
        (np.full((9, 9), np.nan), (0.5, 0.5), "NaN"),
        (np.full((9, 9), 7.0), (0.5, 0.5), "same grey"),
        (np.eye(9), (5.0, 5.0), "5 x 5 mm"),
        (np.eye(9), (0.5, 0.0), "0.5 x 0 mm"),
    ],
)
def test_what_is_no_picture_is_refused(pixels, pixel_mm, wrong):
    with pytest.raises(InvalidChoice, match=wrong):
        standard_film(pixels, pixel_mm)


def test_the_mean_place_of_a_sharp_map_is_its_peak():
    maps = torch.full((1, 1, 11, 9), -50.0)
    maps[0, 0, 7, 2] = 0.0
    torch.testing.assert_close(
        expected_places(maps, 2.0)[0, 0], torch.tensor([4.0, -4.0])
    )


@given(arrays(np.float32, (3, LIMITS), elements=st.floats(-8, 8, width=32)))
@settings(max_examples=40, deadline=None)
def test_a_higher_limit_is_never_likelier_to_be_passed(logits):
    chances = chances_above(torch.from_numpy(logits))
    assert (chances.diff(dim=-1) <= 0).all()
    assert ((chances >= 0) & (chances <= 1)).all()


def test_ordinal_loss_is_least_at_the_true_conditional_chances():
    """Worked by hand: 8 cases, 4 pass the first limit, 1 of those the second."""
    above = torch.zeros(8, 2, dtype=torch.bool)
    above[:4, 0] = above[0, 1] = True
    true = torch.tensor([0.5, 0.25]).logit().expand(8, 2).clone().requires_grad_()
    corn_loss(true, above).backward()
    torch.testing.assert_close(true.grad.sum(dim=0), torch.zeros(2))
    chances = chances_above(true.detach())[0]
    torch.testing.assert_close(chances, torch.tensor([0.5, 0.125]))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    write_reader(FilmReader("lateral"), folder, command="made up", figures={})
    return folder


@pytest.fixture
def folder(written, tmp_path):
    for path in written.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_weights_come_back_as_they_were_written(folder):
    reader = FilmReader("lateral")
    write_reader(reader, folder, command="made up", figures={"kappa": 0.5})
    again = read_reader("lateral", folder).state_dict()
    assert all(torch.equal(again[k], v) for k, v in reader.state_dict().items())


def test_writing_one_views_weights_keeps_the_others_entries(folder):
    write_reader(FilmReader("frontal"), folder, command="made up", figures={})
    read_reader("lateral", folder)
    entries = json.loads((folder / "MANIFEST.json").read_text())
    assert [e["file"] for e in entries] == [
        weights_name("lateral"),
        weights_name("frontal"),
    ]


def test_altered_weights_are_refused(folder):
    path = folder / weights_name("lateral")
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(UnreadableFile, match=r"xray_lateral.*SHA-256"):
        read_reader("lateral", folder)


def test_weights_of_another_architecture_are_refused(folder):
    manifest = folder / "MANIFEST.json"
    entries = json.loads(manifest.read_text())
    entries[0]["architecture"] = "somebody's network"
    manifest.write_text(json.dumps(entries))
    with pytest.raises(UnreadableFile, match="somebody's network"):
        read_reader("lateral", folder)


def test_weights_of_the_other_view_are_refused(folder):
    path = folder / weights_name("lateral")
    path.rename(folder / weights_name("frontal"))
    manifest = folder / "MANIFEST.json"
    manifest.write_text(manifest.read_text().replace("lateral", "frontal"))
    with pytest.raises(UnreadableFile, match="another architecture"):
        read_reader("frontal", folder)


def test_weights_without_an_entry_are_refused(folder):
    with pytest.raises(UnreadableFile, match="no entry for xray_frontal"):
        read_reader("frontal", folder)
