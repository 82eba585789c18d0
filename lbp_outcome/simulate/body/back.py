"""The layers of the back, from the spine to the skin."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from lbp_outcome.anatomy import Vertebra
from lbp_outcome.simulate.body.anatomy import Anatomy
from lbp_outcome.simulate.body.bones import VertebraShape

TABLE_MM = 0.25
GRID_MM = 5.0
TIP_TO_FASCIA_MM = 1.5
THINNEST_FAT_MM = 8.0


@dataclass(frozen=True, eq=False)
class Profile:
    """A length that changes with height, looked up fast [mm]."""

    bottom: float
    values: Float32[np.ndarray, " steps"]

    @classmethod
    def through(
        cls, height: Float[np.ndarray, " n"], value: Float[np.ndarray, " n"]
    ) -> "Profile":
        """Return the straight-line profile through these points, flat beyond them."""
        order = np.argsort(height)
        grid = np.arange(height.min() - 5, height.max() + 5, TABLE_MM)
        table = np.interp(grid, height[order], value[order])
        return cls(float(grid[0]), table.astype(np.float32))

    def __call__(
        self, height: Float32[np.ndarray, "*points"]
    ) -> Float32[np.ndarray, "*points"]:
        """Return the length at these heights [mm]."""
        step = (height - np.float32(self.bottom)) / np.float32(TABLE_MM)
        inside = np.clip(step.astype(np.int32), 0, len(self.values) - 1)
        value: np.ndarray = self.values[inside]
        return value


@dataclass(frozen=True, eq=False)
class Back:
    """Surfaces of the back as depth over height, front positive [mm].

    Attributes:
        midline: Left-right place of the spine.
        wall: Back wall of the vertebral bodies.
        fascia: Back of the muscles.
        skin: The skin.
    """

    midline: Profile
    wall: Profile
    fascia: Profile
    skin: Profile


def lay_back(anatomy: Anatomy) -> Back:
    """Return the layers that fit a spine: fascia over the spinous processes, then fat.

    The fat under the skin thickens from T12 down to L5.
    """
    bones = (*anatomy.vertebrae, *anatomy.sacrum.segments)
    walls = np.array([bone.frame.at(anterior=-bone.size.depth / 2) for bone in bones])
    tips = np.array([_tip(bone) for bone in bones])
    height = np.arange(tips[:, 2].min() - 60, tips[:, 2].max() + 60, GRID_MM)
    fascia = _smooth_line(tips, height) - TIP_TO_FASCIA_MM
    top = float(anatomy.vertebra(Vertebra.T12).frame.origin[2])
    low = float(anatomy.vertebrae[-1].frame.origin[2])
    downwards = np.clip((top - height) / (top - low), -0.2, 1.25)
    soft = anatomy.soft
    fat = soft.fat_above + downwards * (soft.fat_below - soft.fat_above)
    return Back(
        midline=Profile.through(walls[:, 2], walls[:, 0]),
        wall=Profile.through(walls[:, 2], walls[:, 1]),
        fascia=Profile.through(height, fascia),
        skin=Profile.through(
            height, _smooth(fascia - np.maximum(fat, THINNEST_FAT_MM))
        ),
    )


def bones_in(table: Mapping[str, object], anatomy: Anatomy) -> dict[str, VertebraShape]:
    """Return the bones that a table names, from above; others lie in between.

    The segments of the sacrum go by S1, S2 and so on.
    """
    bones = {str(bone.name): bone for bone in anatomy.vertebrae}
    for number, segment in enumerate(anatomy.sacrum.segments, start=1):
        bones[f"S{number}"] = segment
    return {name: bone for name, bone in bones.items() if name in table}


def _tip(bone: VertebraShape) -> Float[np.ndarray, "3"]:
    """The tip of the spinous process, or of the sacral crest [mm, patient space]."""
    size = bone.size
    if bone.name.startswith("S"):
        return bone.frame.at(anterior=-size.depth * 0.86 - 13)
    behind = size.depth / 2 + size.canal_depth + 6 + size.process_length
    drop = 0.24 * bone.height + size.process_drop * size.process_length
    return bone.frame.at(anterior=-behind, superior=-drop)


def _smooth_line(
    tips: Float[np.ndarray, "bones 3"], height: Float[np.ndarray, " steps"]
) -> Float[np.ndarray, " steps"]:
    """A smooth curve through the tips, straight above and below them."""
    curve = np.polynomial.Polynomial.fit(tips[:, 2], tips[:, 1], 3)
    known = np.clip(height, tips[:, 2].min(), tips[:, 2].max())
    line: np.ndarray = curve(known) + curve.deriv()(known) * (height - known)
    return line


def _smooth(profile: Float[np.ndarray, " steps"]) -> Float[np.ndarray, " steps"]:
    kernel = np.hanning(15)
    padded = np.pad(profile, 7, mode="edge")
    smooth: np.ndarray = np.convolve(padded, kernel / kernel.sum(), mode="valid")
    return smooth
