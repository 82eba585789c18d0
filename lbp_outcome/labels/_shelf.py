"""What a label scheme is, and the shelf that holds them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from lbp_outcome.anatomy import Muscle, Side, Vertebra
from lbp_outcome.errors import GeometryMismatch, InvalidChoice, LbpError, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.labels._assembly import assemble
from lbp_outcome.labels._naming import Naming, counted_upwards, vertebra
from lbp_outcome.labels._parts import Kind, Part, Parts, listed, present, whole_numbers
from lbp_outcome.registry import Shelf
from lbp_outcome.spine import Spine, Structure

__all__ = ["LABEL_SCHEMES", "Kind", "LabelScheme", "Naming", "Part", "counted_upwards"]


@dataclass(frozen=True, kw_only=True)
class LabelScheme:
    """One way to number the parts of a spine in a segmentation.

    Attributes:
        name: Name on the shelf.
        reference: Where the numbers are published.
        labels: What the labels of the mask stand for.
        name_vertebrae: Names the vertebra numbers that a mask holds; the second
            argument is the lowest vertebra as the user states it, or None.
        tissues: What the labels of a second mask of tissues stand for, if there is one.
        oracle: Some labels and the names they must get, for the tests.
    """

    name: str
    reference: str
    labels: Mapping[int, Part]
    name_vertebrae: Callable[[Collection[int], Vertebra | None], Naming]
    tissues: Mapping[int, Part] = field(default_factory=dict)
    oracle: Mapping[int, str] = field(default_factory=dict)

    def read(
        self,
        mask: Image,
        *,
        semantic: Image | None = None,
        lowest: Vertebra | str | None = None,
    ) -> Spine:
        """Return the spine that a segmentation describes.

        Args:
            mask: One label per vertebra and disc.
            semantic: Second mask with one label per kind of tissue, where the scheme
                has one.
            lowest: Name of the lowest labelled vertebra; L5 is assumed otherwise.

        Raises:
            UnknownLabel: A label is not defined by this scheme.
            GeometryMismatch: The masks lie on different voxels, or the labels run the
                wrong way through the patient.
            InvalidChoice: `lowest` or `semantic` does not suit this scheme.
            LbpError: The mask is empty.
        """
        stated = None if lowest is None else vertebra(lowest)
        parts = self._take_apart(mask)
        tissues = None if semantic is None else self._tissues(semantic, mask)
        naming = self.name_vertebrae(parts.numbers, stated)
        return assemble(parts, tissues, naming, self.name)

    def read_muscles(self, mask: Image) -> dict[tuple[Muscle, Side], Structure]:
        """Return the muscles that a segmentation shows, each with its side.

        Raises:
            UnknownLabel: A label is not defined by this scheme.
            InvalidChoice: The scheme has no muscles.
            LbpError: The mask is empty.
        """
        if not any(part.kind is Kind.MUSCLE for part in self.labels.values()):
            raise InvalidChoice(f"Scheme {self.name} has no muscles.")
        return self._take_apart(mask).muscles()

    def _take_apart(self, mask: Image) -> Parts:
        labels = whole_numbers(mask.values)
        found = present(labels)
        if not found:
            raise LbpError(
                "the mask is empty: no voxel carries a label; did the segmentation "
                "finish, and is this the right file?"
            )
        self._require_known(found, self.labels)
        return Parts(mask, labels, {label: self.labels[label] for label in found})

    def _tissues(self, semantic: Image, mask: Image) -> Parts:
        if not self.tissues:
            raise InvalidChoice(
                f"Scheme {self.name} has one mask only; leave the semantic mask out."
            )
        _require_same_grid(mask, semantic)
        labels = whole_numbers(semantic.values)
        found = present(labels)
        self._require_known(found, self.tissues)
        return Parts(semantic, labels, {label: self.tissues[label] for label in found})

    def _require_known(self, found: list[int], known: Mapping[int, Part]) -> None:
        strange = [label for label in found if label not in known]
        if strange:
            raise UnknownLabel(
                f"{listed(strange)} not defined by scheme {self.name}"
                f"{_where_it_fits(found)}"
            )


LABEL_SCHEMES: Shelf[LabelScheme] = Shelf("label scheme", "lbp_outcome.labels")


def _where_it_fits(found: list[int]) -> str:
    """Ask whether another scheme is meant, if one defines all labels."""
    for scheme in LABEL_SCHEMES.values():
        if all(label in scheme.labels for label in found):
            return f"; is this {scheme.name}?"
        if all(label in scheme.tissues for label in found):
            return (
                f"; is this the semantic mask of {scheme.name}? It goes beside the "
                f"mask of vertebrae (semantic)"
            )
    return f"; known schemes: {', '.join(LABEL_SCHEMES)}"


def _require_same_grid(mask: Image, semantic: Image) -> None:
    if mask.same_grid(semantic):
        return
    shapes = (mask.values.shape, semantic.values.shape)
    differ = "voxels" if shapes[0] != shapes[1] else "positions in the patient"
    raise GeometryMismatch(
        f"the mask of vertebrae {shapes[0]} and the semantic mask {shapes[1]} have "
        f"different {differ}; both must come from the same run, or be resampled onto "
        f"one grid with nearest-neighbour interpolation"
    )
