import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from lbp_outcome.geometry.plane import central, fit_plane
from lbp_outcome.geometry.surface import balanced, surface_facing
from lbp_outcome.image import Image
from lbp_outcome.spine import Structure

UP = np.array([0.0, 0.0, 1.0])


def slab(normal, top, spacing, shape=(24, 48, 48)):
    """Everything below a tilted plane through (0, 0, top), within 14 mm of the axis."""
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = -np.array(spacing) * (np.array(shape) - 1) / 2
    scan = Image(np.zeros(shape), affine)
    points = scan.to_patient(np.indices(shape).reshape(3, -1).T.astype(float))
    x, y, z = points.T
    below = (points - [0, 0, top]) @ normal <= 0
    inside = below & (x**2 + y**2 <= 14**2) & (z > -15)
    return Structure.cut_out(inside.reshape(shape), scan)


@given(
    pitch=st.floats(5, 30),
    roll=st.floats(5, 20),
    sign=st.sampled_from([-1, 1]),
    top=st.floats(-2, 2),
    thick=st.sampled_from([(0.8, 0.8, 0.8), (4.0, 0.7, 0.7), (0.9, 0.9, 3.0)]),
)
@settings(max_examples=15, deadline=None, derandomize=True)
def test_a_tilted_plane_is_found_to_a_fraction_of_a_voxel(
    pitch, roll, sign, top, thick
):
    angles = [sign * pitch, roll]
    normal = Rotation.from_euler("xy", angles, degrees=True).apply(UP)
    part = slab(normal, top, thick, tuple(int(36 / step) for step in thick))
    surface = surface_facing(part, normal)
    middle = central(surface.points, normal, 0.8, part.mask)
    plane = fit_plane(middle, UP, grain_mm=surface.grain_mm)
    off = abs((plane.centre - [0, 0, top]) @ normal)
    # A level plane meets all columns at one height, and half a voxel may be lost; a
    # tilted one meets them at all heights, and the errors cancel out.
    assert off < 0.3
    tilt = np.degrees(np.arccos(np.clip(plane.normal @ normal, -1, 1)))
    assert tilt < (1.0 if thick == (0.8, 0.8, 0.8) else 3.0)


def test_the_end_of_the_scan_is_not_a_surface():
    whole = slab(UP, 3.0, (1.0, 1.0, 1.0), (40, 40, 40))
    values = np.zeros((40, 40, 16), bool)
    values[5:35, 5:35, 2:] = True  # goes on beyond the last slice
    cut = Structure.cut_out(values, Image(values, np.eye(4)))
    assert len(surface_facing(whole, UP).points) > 500
    assert len(surface_facing(cut, UP).points) == 0
    assert len(surface_facing(cut, -UP).points) > 500


def test_side_walls_do_not_face_up():
    block = np.zeros((30, 30, 30), bool)
    block[5:25, 5:25, 5:25] = True
    part = Structure.cut_out(block, Image(block, np.eye(4)))
    points = surface_facing(part, UP).points
    assert set(points[:, 2]) == {24.5}
    assert 300 <= len(points) <= 400


def test_strays_do_not_move_a_plane():
    rng = np.random.default_rng(3)
    flat = np.column_stack([rng.uniform(-20, 20, (400, 2)), rng.normal(0, 0.2, 400)])
    strays = flat[:80] + np.array([0, 0, -9])
    plane = fit_plane(np.vstack([flat, strays]), UP)
    assert abs(plane.centre[2]) < 0.1
    assert np.degrees(np.arccos(plane.normal[2])) < 0.5


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("spacing", [(1.0, 1.0), (4.0, 0.7)], ids=str)
def test_the_central_share_is_a_share_of_the_area_in_thick_slices_too(share, spacing):
    shape = np.rint(np.array([50.0, 36.0]) / spacing).astype(int)
    scan = Image(np.zeros((*shape, 1)), np.diag([*spacing, 1.0, 1.0]))
    points = scan.to_patient(np.argwhere(scan.values == 0).astype(float))
    kept = central(points, UP, share, scan)
    assert len(kept) / len(points) == pytest.approx(share, abs=0.07)
    np.testing.assert_allclose(kept.mean(axis=0), points.mean(axis=0), atol=0.6)
    extent, whole = np.ptp(kept, axis=0)[1], np.ptp(points, axis=0)[1]
    assert extent / whole == pytest.approx(np.sqrt(share), abs=0.04)


@pytest.mark.parametrize("thick", [(0.8, 0.8, 0.8), (4.0, 0.8, 0.8)])
@pytest.mark.parametrize("pitch", [0.0, 25.0])
def test_what_lies_evenly_around_a_middle_does_not_reach_further_to_one_side(
    thick, pitch
):
    normal = Rotation.from_euler("y", pitch, degrees=True).apply(UP)
    part = slab(normal, 0.0, thick, tuple(int(36 / step) for step in thick))
    points = surface_facing(part, normal).points
    spurred = points[points[:, 1] > -6]  # reaches 14 mm to one side, 6 to the other
    even = balanced(spurred, normal, np.zeros(3), part.mask)
    assert len(even) > 0.5 * len(spurred)
    assert even[:, 1].max() < 6 + 1
    assert np.abs(even.mean(axis=0)[:2]).max() < 0.5
