"""Why an image and its mask do not have their voxels at the same places."""

import numpy as np
from jaxtyping import Float

from lbp_outcome.image import Image

WORDS = {
    "R": ("left", "right"),
    "A": ("back", "front"),
    "S": ("foot", "head"),
}
"""Names of the two ends of each patient axis."""

HALF_VOXEL = 0.5

MIRRORED = 0.999
"""Two directions this close to opposite are one axis counted the other way round."""

AGAIN = (
    "resample the mask onto the image with nearest-neighbour interpolation, or segment "
    "this image"
)


def why_not_same_grid(
    image: Image, mask: Image, names: tuple[str, str] = ("image", "mask")
) -> str:
    """Return in one line why two images differ in their voxels; empty if they do not.

    Args:
        image: The image that was segmented.
        mask: Its mask.
        names: What to call the two.

    Example:
        "the mask has 16 slices from left to right where the image has 17: the image's
        last slice on the right is missing; ..."
    """
    if image.same_grid(mask):
        return ""
    first, second = names
    for reason in (_no_header, _other_order, _other_spacing, _other_count, _shifted):
        why = reason(image, mask, first, second)
        if why:
            return why
    return (
        f"{first} ({_described(image)}) and {second} ({_described(mask)}) do not have "
        f"their voxels at the same places in the patient; {AGAIN}"
    )


def _no_header(image: Image, mask: Image, first: str, second: str) -> str:
    """One of them lost its geometry when it was saved."""
    for lost, other, name in ((mask, image, second), (image, mask, first)):
        plain = np.array_equal(np.abs(lost.affine), np.eye(4))
        if plain and not np.allclose(other.spacing_mm, 1.0, atol=0.05):
            return (
                f"the {name} has lost its geometry (its header says 1 x 1 x 1 mm and "
                f"no position); save it again with the header of the other"
            )
    return ""


def _other_order(image: Image, mask: Image, first: str, second: str) -> str:
    """The axes are stored in another order, or run the other way."""
    turn = _directions(mask).T @ _directions(image)
    near = np.abs(turn) > MIRRORED
    if not (near.sum(axis=0) == 1).all() or np.all(np.diag(turn) > MIRRORED):
        return ""
    return (
        f"{first} and {second} store their axes in different order "
        f"({axes_of(image)} and {axes_of(mask)}); reorient the mask like the image, or "
        f"resample it with nearest-neighbour interpolation"
    )


def _other_spacing(image: Image, mask: Image, first: str, second: str) -> str:
    """One of them was resampled, or its spacing is wrong."""
    if np.allclose(image.spacing_mm, mask.spacing_mm, rtol=0.01):
        return ""
    if np.allclose(sorted(image.spacing_mm), sorted(mask.spacing_mm), rtol=0.01):
        return (
            f"the spacing of {first} ({_spacing(image)} mm) stands on other axes than "
            f"that of {second} ({_spacing(mask)} mm): one header is wrong; correct it"
        )
    return (
        f"{first} and {second} have different voxels: {_spacing(image)} mm and "
        f"{_spacing(mask)} mm; {AGAIN}"
    )


def _other_count(image: Image, mask: Image, first: str, second: str) -> str:
    """The mask lacks slices at one end, or has some more."""
    more = np.array(mask.values.shape) - image.values.shape
    axes = np.flatnonzero(more)
    if len(axes) == 0:
        return ""
    if len(axes) > 1:
        return (
            f"{first} and {second} have different numbers of voxels "
            f"({_count(image)} and {_count(mask)}): one was cropped; {AGAIN}"
        )
    axis = int(axes[0])
    return (
        f"the {second} has {mask.values.shape[axis]} slices {_along(image, axis)} where"
        f" the {first} has {image.values.shape[axis]}: different voxels, "
        f"{_where_lost(image, mask, axis)}; {AGAIN}"
    )


def _where_lost(image: Image, mask: Image, axis: int) -> str:
    """Which end lost a slice, if the other slices still lie where they were."""
    start = image.to_index(mask.affine[None, :3, 3])[0]
    whole = np.abs(start - np.round(start)).max() < 0.05
    end = start[axis] + mask.values.shape[axis] - image.values.shape[axis]
    others = np.delete(start, axis)
    if not whole or np.abs(others).max() > HALF_VOXEL:
        return "and the slices do not lie at the same places either"
    low, high = _ends(image, axis)
    at_low, at_high = int(np.round(start[axis])), int(np.round(-end))
    lost = [(at_low, low), (at_high, high)]
    said = [
        f"{abs(n)} {'missing' if n > 0 else 'too many'} at the {side} end"
        for n, side in lost
        if n
    ]
    return " and ".join(said)


def _shifted(image: Image, mask: Image, first: str, second: str) -> str:
    """The same voxels, moved."""
    if not np.allclose(image.affine[:3, :3], mask.affine[:3, :3], atol=1e-3):
        angle = _angle_deg(image, mask)
        return (
            f"{first} and {second} have different positions in the patient: they are "
            f"turned against one another by {angle:.1f} degrees; {AGAIN}"
        )
    moved = mask.affine[:3, 3] - image.affine[:3, 3]
    return (
        f"{first} and {second} have different positions in the patient: the {second} "
        f"is shifted by {_shift(moved)}{_in_slices(image, moved)}; if it was drawn on "
        f"this image, give it the image's header, or else resample it"
    )


def _shift(moved: Float[np.ndarray, "3"]) -> str:
    said = [
        f"{abs(step):.1f} mm to the {WORDS[letter][int(step > 0)]}"
        for letter, step in zip("RAS", moved, strict=True)
        if abs(step) > 0.05
    ]
    return " and ".join(said)


def _in_slices(image: Image, moved: Float[np.ndarray, "3"]) -> str:
    steps = np.linalg.inv(image.affine[:3, :3]) @ moved
    axis = int(np.abs(steps).argmax())
    count = round(float(abs(steps[axis])))
    alone = np.abs(np.delete(steps, axis)).max() < 0.05
    if not alone or count == 0 or abs(abs(steps[axis]) - count) > 0.05:
        return ""
    return f" ({count} slice{'s' if count > 1 else ''} {_along(image, axis)})"


def _angle_deg(image: Image, mask: Image) -> float:
    turn = _directions(image).T @ _directions(mask)
    cosine = np.clip((np.trace(turn) - 1) / 2, -1, 1)
    return float(np.degrees(np.arccos(cosine)))


def _directions(image: Image) -> Float[np.ndarray, "3 3"]:
    directions: np.ndarray = image.affine[:3, :3] / image.spacing_mm
    return directions


def axes_of(image: Image) -> str:
    """Name the ends that the three array axes run towards, such as LPS."""
    letters = ""
    for column in _directions(image).T:
        axis = int(np.abs(column).argmax())
        letters += ("RAS" if column[axis] > 0 else "LPI")[axis]
    return letters


def _ends(image: Image, axis: int) -> tuple[str, str]:
    """Where the first and the last slice along an array axis lie."""
    column = _directions(image)[:, axis]
    place = int(np.abs(column).argmax())
    low, high = WORDS["RAS"[place]]
    return (low, high) if column[place] > 0 else (high, low)


def _along(image: Image, axis: int) -> str:
    low, high = _ends(image, axis)
    return f"from {low} to {high}"


def _spacing(image: Image) -> str:
    return " x ".join(f"{side:.3g}" for side in image.spacing_mm)


def _count(image: Image) -> str:
    return " x ".join(map(str, image.values.shape))


def _described(image: Image) -> str:
    corner = ", ".join(f"{place:.0f}" for place in image.affine[:3, 3])
    return f"{_count(image)} voxels of {_spacing(image)} mm from ({corner}) mm"
