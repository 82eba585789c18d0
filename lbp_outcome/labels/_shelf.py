"""What a label scheme is, and the shelf that holds them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lbp_outcome.anatomy import Muscle, Side, Vertebra
from lbp_outcome.errors import GeometryMismatch, InvalidChoice, LbpError, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.labels._assembly import assemble
from lbp_outcome.labels._dilation import dilation_remark
from lbp_outcome.labels._faults import cleaned, scaled_to_grey, to_be_undone
from lbp_outcome.labels._grid import why_not_same_grid
from lbp_outcome.labels._muscles import sided
from lbp_outcome.labels._naming import (
    NameVertebrae,
    Naming,
    anatomical,
    counted_upwards,
    vertebra,
    without_vertebrae,
)
from lbp_outcome.labels._parts import (
    Kind,
    Part,
    Parts,
    boxes_of,
    listed,
    ranges,
    whole_numbers,
)
from lbp_outcome.labels._pieces import separated
from lbp_outcome.registry import Shelf
from lbp_outcome.spine import Spine, Structure

__all__ = [
    "LABEL_SCHEMES",
    "Kind",
    "LabelScheme",
    "Naming",
    "Part",
    "anatomical",
    "counted_upwards",
    "without_vertebrae",
]

log = logging.getLogger(__name__)


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
    name_vertebrae: NameVertebrae
    tissues: Mapping[int, Part] = field(default_factory=dict)
    oracle: Mapping[int, str] = field(default_factory=dict)

    def has(self, *kinds: Kind) -> bool:
        """Whether the scheme has labels of some kinds."""
        return any(part.kind in kinds for part in self.labels.values())

    def read(
        self,
        mask: Image,
        *,
        semantic: Image | None = None,
        lowest: Vertebra | str | None = None,
    ) -> Spine:
        """Return the spine that a segmentation describes.

        What is left out of a faulty mask (specks, pieces far away from the rest of
        their label) is noted in the spine's remarks and logged as a warning.

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
        spine = self.read_silently(mask, semantic=semantic, lowest=lowest)
        for remark in spine.remarks:
            log.warning("%s", remark)
        return spine

    def read_silently(
        self,
        mask: Image,
        *,
        semantic: Image | None = None,
        lowest: Vertebra | str | None = None,
    ) -> Spine:
        """Return the spine, and log nothing of what was left out of the mask.

        Raises:
            LbpError: As `read` does.
        """
        stated = None if lowest is None else vertebra(lowest)
        parts, remarks = cleaned(separated(self._take_apart(mask)))
        tissues = None if semantic is None else self._tissues(semantic, mask)
        naming = self.name_vertebrae(parts.numbers, stated)
        spine = assemble(parts, tissues, naming, self.name)
        dilated = "" if spine.doubt else dilation_remark(parts)
        return replace(spine, remarks=(*remarks, dilated) if dilated else remarks)

    def read_muscles(self, mask: Image) -> dict[tuple[Muscle, Side], Structure]:
        """Return the muscles that a segmentation shows, each with its side.

        Raises:
            UnknownLabel: A label is not defined by this scheme.
            InvalidChoice: The scheme has no muscles.
            GeometryMismatch: Left muscles lie on the patient's right.
            LbpError: The mask is empty.
        """
        if not self.has(Kind.MUSCLE):
            raise InvalidChoice(f"Scheme {self.name} has no muscles.")
        return sided(self._take_apart(mask), self.name)

    def _take_apart(self, mask: Image) -> Parts:
        labels = whole_numbers(mask.values)
        boxes = boxes_of(labels)
        if not boxes:
            raise LbpError(
                "the mask is empty: no voxel carries a label; did the segmentation "
                "finish, and is this the right file?"
            )
        found = {label: self.labels.get(label, UNKNOWN) for label in boxes}
        parts = Parts(mask, labels, found, boxes)
        self._require_known(parts, self.labels)
        if self.has(Kind.VERTEBRA, Kind.DISC):
            _require_not_scaled(parts)
        return parts

    def _tissues(self, semantic: Image, mask: Image) -> Parts:
        if not self.tissues:
            raise InvalidChoice(
                f"Scheme {self.name} has one mask only; leave the semantic mask out."
            )
        difference = why_not_same_grid(mask, semantic, ("mask of vertebrae", SEMANTIC))
        if difference:
            raise GeometryMismatch(difference)
        labels = whole_numbers(semantic.values)
        boxes = boxes_of(labels)
        found = {label: self.tissues.get(label, UNKNOWN) for label in boxes}
        parts = Parts(semantic, labels, found, boxes)
        self._require_known(parts, self.tissues)
        return parts

    def _require_known(self, parts: Parts, known: Mapping[int, Part]) -> None:
        strange = [label for label in parts.found if label not in known]
        if len(strange) > MOST_STRANGE:
            raise UnknownLabel(
                f"{len(strange)} of {len(parts.found)} labels are not defined by "
                f"scheme {self.name} ({ranges(strange[:4])}, ...): this is a scan, or "
                f"a mask that was interpolated; give the segmentation, resampled with "
                f"nearest-neighbour interpolation if at all"
            )
        if strange:
            grey = scaled_to_grey(parts.counts)
            raise UnknownLabel(
                f"{listed(strange)} not defined by scheme {self.name}"
                f"{to_be_undone(grey) if grey else _where_it_fits(parts)}"
            )


SEMANTIC = "semantic mask"
MOST_STRANGE = 30
"""More labels than this that a scheme does not know are grey values."""

UNKNOWN = Part(Kind.OTHER)

LABEL_SCHEMES: Shelf[LabelScheme] = Shelf("label scheme", "lbp_outcome.labels")


def _require_not_scaled(parts: Parts) -> None:
    grey = scaled_to_grey(parts.counts)
    if grey and len(parts.found) > 3:
        raise UnknownLabel(f"the labels were changed{to_be_undone(grey)}")


def _where_it_fits(parts: Parts) -> str:
    """Ask whether another scheme is meant, if some define all labels."""
    found = set(parts.found)
    fits = [s.name for s in LABEL_SCHEMES.values() if _reads(s, found)]
    fits += [
        f"the semantic mask of {s.name}, which goes beside the mask of vertebrae "
        f"(--semantic)"
        for s in LABEL_SCHEMES.values()
        if found <= s.tissues.keys()
    ]
    if fits:
        return f"; is this {' or '.join(fits)}?"
    return f"; known schemes: {', '.join(LABEL_SCHEMES)}"


def _reads(scheme: LabelScheme, found: set[int]) -> bool:
    """Whether a scheme knows all labels, and some of them are more than an organ."""
    used = {n for n, part in scheme.labels.items() if part.kind is not Kind.OTHER}
    return found <= scheme.labels.keys() and bool(found & used)
