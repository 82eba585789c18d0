"""Where the slices of one MR series lie, and how it is measured."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.fft import next_fast_len

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.back import lay_back
from lbp_outcome.simulate.paint.canvas import Canvas
from lbp_outcome.simulate.paint.contrast import Contrast
from lbp_outcome.simulate.scan.site import Site

FIELD_DEEP_MM, FIELD_HIGH_MM = 176.0, 250.0
"""Depth and least height of the sagittal field; tall patients get a higher one."""

BELOW_S2_MM, ABOVE_T12_MM = 4.0, 9.0
"""The field ends this far below the middle of S2 and reaches this far above T12."""

BEHIND_BODIES_MM = 17.0
"""How far behind the vertebral bodies the field is centred."""

COVERED_MM = (62.0, 69.0)
"""Width covered by all slices: both rows of foramina."""

OBLIQUE_SD_DEG = 1.3
BAND_AHEAD_MM = 28.0
"""The saturation band begins this far in front of the vertebral bodies."""

MOVEMENT_MM = (0.6, 2.5)
"""How far a restless patient moves."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Scan:
    """One series: its grid and all that the scanner adds to the picture.

    Attributes:
        site: The hospital.
        looks: The images of the series by name: `t1` and `t2`, or `water` and `fat`.
        affine: Maps voxel (column, row, slice) to patient space [mm, RAS+].
        shape: Number of columns, rows and slices.
        thickness_mm: Thickness of a slice [mm]; the rest of the distance is gap.
        sheets: Thin sheets painted per slice.
        phase_axis: Axis of phase encoding: 0 columns, 1 rows.
        noise: SD of the receiver noise relative to CSF on T2.
        coil: The point of the skin nearest the middle of the coil [mm].
        band: Depth in front of which a saturation band darkens the abdomen [mm].
        band_strength: Share of the signal that the band takes away.
        movement: How far a restless patient moves along columns and rows [mm]; zeros
            for one who lies still.
        grain: Seed of the unevenness of tissue, which all images of a series share.
    """

    site: Site
    looks: Mapping[str, Contrast]
    affine: Float[np.ndarray, "4 4"]
    shape: tuple[int, int, int]
    thickness_mm: float
    sheets: int
    phase_axis: int
    noise: float
    coil: Float[np.ndarray, "3"]
    band: float
    band_strength: float
    movement: tuple[float, float]
    grain: int

    @property
    def spacing_mm(self) -> Float[np.ndarray, "3"]:
        """Pixel size along columns and rows, and distance between slices [mm]."""
        lengths: np.ndarray = np.linalg.norm(self.affine[:3, :3], axis=0)
        return lengths

    def canvas(self) -> Canvas:
        """Return the blank canvas of this series."""
        share = self.thickness_mm / float(self.spacing_mm[2])
        return Canvas(self.affine, self.shape, self.looks, self.sheets, share)

    def about(self, look: str) -> dict[str, object]:
        """Return what belongs beside one image of the series, in terms of BIDS."""
        return {
            "Simulated": True,
            "Modality": "MR",
            "Manufacturer": self.site.manufacturer,
            **self.looks[look].about(),
            "SliceThickness": round(self.thickness_mm, 4),
            "SpacingBetweenSlices": round(float(self.spacing_mm[2]), 4),
        }


def plan_sagittal(
    anatomy: Anatomy,
    site: Site,
    rng: np.random.Generator,
    *,
    pixel_mm: float | None = None,
) -> Scan:
    """Plan slices as a technician does: along the spine, T11 or T12 down to S2.

    Columns run to the back, rows to the head, slices to the right.

    Args:
        anatomy: The patient on the table.
        site: The hospital.
        rng: Draws spacing, number of slices and a slightly oblique position.
        pixel_mm: Pixel size [mm]; drawn from the site's range if not given.
    """
    drawn = float(rng.uniform(*site.pixel_mm))
    pixel = drawn if pixel_mm is None else pixel_mm
    apart = float(rng.uniform(*site.apart_mm))
    slices = round(float(rng.uniform(*COVERED_MM)) / apart)
    low, high = _height_range(anatomy)
    shape = (fast_size(FIELD_DEEP_MM / pixel), fast_size((high - low) / pixel), slices)
    axes = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    turned = small_rotation(rng) @ axes
    middle = _aim(anatomy) + rng.normal(0, 1.5, 3)
    return Scan(
        site=site,
        looks={"t1": site.t1, "t2": site.t2},
        affine=grid_around(middle, turned * np.array([pixel, pixel, apart]), shape),
        shape=shape,
        thickness_mm=apart * (1 - site.gap),
        sheets=5,
        phase_axis=int(site.phase_to_head),
        noise=site.noise,
        coil=skin_behind(anatomy, middle),
        band=front_of_column(anatomy) + BAND_AHEAD_MM,
        band_strength=float(rng.uniform(*site.band)),
        movement=draw_movement(site, rng),
        grain=int(rng.integers(2**31)),
    )


def fast_size(pixels: float) -> int:
    """Return an even number of pixels, hardly more, that Fourier transforms like."""
    return 2 * int(next_fast_len(round(pixels / 2)))


def grid_around(
    middle: Float[np.ndarray, "3"],
    steps: Float[np.ndarray, "3 3"],
    shape: tuple[int, int, int],
) -> Float[np.ndarray, "4 4"]:
    """Return the affine of a grid around a point, given its steps as columns [mm]."""
    affine = np.eye(4)
    affine[:3, :3] = steps
    affine[:3, 3] = middle - steps @ ((np.array(shape) - 1) / 2)
    return affine


def small_rotation(rng: np.random.Generator) -> Float[np.ndarray, "3 3"]:
    """Draw how far a technician misses the exact plane."""
    from scipy.spatial.transform import Rotation

    angles = rng.normal(0, OBLIQUE_SD_DEG, 3)
    turn: np.ndarray = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    return turn


def draw_movement(site: Site, rng: np.random.Generator) -> tuple[float, float]:
    """Draw how far a patient moves during the scan; most lie still [mm]."""
    restless = bool(rng.random() < site.restless)
    along, across = rng.uniform(*MOVEMENT_MM, 2) * rng.choice([-1.0, 1.0], 2)
    return (float(along), float(across)) if restless else (0.0, 0.0)


def skin_behind(
    anatomy: Anatomy, point: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3"]:
    """Return the place on the skin straight behind a point [mm]."""
    skin = lay_back(anatomy).skin(point[2:].astype(np.float32))
    return np.array([point[0], float(skin[0]), point[2]])


def front_of_column(anatomy: Anatomy) -> float:
    """Return the depth of the most anterior vertebral body [mm]."""
    fronts = [bone.corner(front=True, top=True)[1] for bone in anatomy.vertebrae]
    return float(max(fronts))


def _height_range(anatomy: Anatomy) -> tuple[float, float]:
    """The field ends in S2 and shows T12 whole [mm]."""
    low = float(anatomy.sacrum.segments[1].frame.origin[2]) - BELOW_S2_MM
    last_rib = anatomy.vertebra(Vertebra.T12)
    top = max(last_rib.corner(front=front, top=True)[2] for front in (True, False))
    return low, max(float(top) + ABOVE_T12_MM, low + FIELD_HIGH_MM)


def _aim(anatomy: Anatomy) -> Float[np.ndarray, "3"]:
    low, high = _height_range(anatomy)
    bodies = np.array([bone.frame.origin for bone in anatomy.vertebrae[-6:]])
    aside, depth, _ = bodies.mean(axis=0)
    return np.array([aside, depth - BEHIND_BODIES_MM, (low + high) / 2])
