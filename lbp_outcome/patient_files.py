"""Where the files of one patient lie, and how they are read."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from lbp_outcome.errors import (
    GeometryMismatch,
    InvalidChoice,
    LbpError,
    UnreadableFile,
)
from lbp_outcome.examination import Examination, MuscleScan, Person
from lbp_outcome.image import Image
from lbp_outcome.io.images import read_image
from lbp_outcome.labels import (
    AUTO,
    LABEL_SCHEMES,
    alignment_remark,
    read_spine,
    recognise_muscles,
    why_not_same_grid,
)
from lbp_outcome.spine import Spine

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Segmentation:
    """A label map and how to read its numbers.

    Attributes:
        mask: The label map, or the instance mask of SPINEPS.
        scheme: Name on the shelf of label schemes.
        semantic: The semantic mask of SPINEPS.
        lowest: What the lowest numbered vertebra is, where the scheme counts upwards.
    """

    mask: Path
    scheme: str
    semantic: Path | None = None
    lowest: str | None = None

    def read(self) -> Spine:
        """Return the named structures.

        Raises:
            LbpError: The mask is damaged, empty or of another scheme; names the file.
        """
        return read_spine(
            self.mask, scheme=self.scheme, semantic=self.semantic, lowest=self.lowest
        )


@dataclass(frozen=True, kw_only=True)
class MuscleFiles:
    """A mask of muscles, and the images it belongs to.

    Attributes:
        mask: The label map.
        scheme: Name on the shelf of label schemes; or auto, to recognise it.
        image: The T1 or T2 image that was segmented, or None.
        water: Water image of the Dixon series that was segmented, or None.
        fat: Its fat image, or None.
    """

    mask: Path
    scheme: str
    image: Path | None = None
    water: Path | None = None
    fat: Path | None = None

    def read(self) -> MuscleScan:
        """Return the muscles with their images.

        Raises:
            LbpError: A file is damaged, or the mask is empty, of another scheme or not
                on the voxels of its images.
        """
        mask = read_image(self.mask)
        image, water, fat = (
            self._beside(mask, path) for path in (self.image, self.water, self.fat)
        )
        chosen = None if self.scheme == AUTO else LABEL_SCHEMES[self.scheme]
        try:
            scheme = chosen or recognise_muscles(mask).scheme
            muscles = scheme.read_muscles(mask)
        except LbpError as error:
            raise type(error)(f"{self.mask.name}: {error}") from None
        return MuscleScan(
            muscles=muscles,
            image=image,
            weighting="T1" if self.image and "_T1w" in self.image.name else "T2",
            water=water,
            fat=fat,
        )

    def _beside(self, mask: Image, path: Path | None) -> Image | None:
        """Read an image, which must be the one that was segmented."""
        if path is None:
            return None
        image = read_image(path)
        wrong = why_not_same_grid(image, mask, (path.name, self.mask.name))
        if wrong:
            raise GeometryMismatch(wrong)
        return image


@dataclass(frozen=True, kw_only=True)
class PatientFiles:
    """Image files of one patient; None or nothing where there is none."""

    t2: Path | None = None
    t1: Path | None = None
    axial: tuple[Path, ...] = ()
    radiograph: Path | None = None
    segmentation: Segmentation | None = None
    muscles: tuple[MuscleFiles, ...] = ()

    @property
    def name(self) -> str:
        """Name of the file that the spine is in."""
        return "" if self.segmentation is None else self.segmentation.mask.name

    @property
    def frontal(self) -> Path | None:
        """The frontal X-ray beside the lateral one: `_view-ap_` in its name."""
        if self.radiograph is None or "_view-lateral_" not in self.radiograph.name:
            return None
        name = self.radiograph.name.replace("_view-lateral_", "_view-ap_")
        beside = self.radiograph.with_name(name)
        return beside if beside.is_file() else None

    def examination(
        self,
        person: Person | None = None,
        needs: Collection[str] = ("t2", "t1", "axial", "muscles"),
        norms: Path | None = None,
    ) -> Examination:
        """Read the MR examination.

        Args:
            person: Age, sex and body mass index, if known.
            needs: What to read beside the spine.
            norms: Table of reference values (CSV), or None for the one built in.

        Raises:
            LbpError: No spine was segmented, or a file cannot be used; names the file.
        """
        if self.segmentation is None:
            raise UnreadableFile("there is no segmentation of the spine")
        for path, right, wrong in ((self.t2, "T2", "T1"), (self.t1, "T1", "T2")):
            _require_named(path, right, wrong)
        axial = self.axial if "axial" in needs else ()
        muscles = self.muscles if "muscles" in needs else ()
        t2 = _read_or_none(self.t2 if "t2" in needs else None)
        if t2 is not None:
            self._require_beside(t2)
        spine = self.segmentation.read()
        return Examination(
            spine=spine if t2 is None else self._with_alignment(spine, t2),
            t2=t2,
            t1=_read_or_none(self.t1 if "t1" in needs else None),
            axial=tuple(map(read_image, axial)),
            muscles=tuple(files.read() for files in muscles),
            person=person,
            norms=norms,
        )

    def _require_beside(self, t2: Image) -> None:
        """Make sure that the T2 image is the one that was segmented."""
        assert self.segmentation
        assert self.t2
        if "_T1w" in self.name:
            return  # drawn on the T1 image: brought together by patient position
        labels = read_image(self.segmentation.mask)
        wrong = why_not_same_grid(t2, labels, (self.t2.name, self.name))
        if wrong:
            raise GeometryMismatch(wrong)

    def _with_alignment(self, spine: Spine, t2: Image) -> Spine:
        """Note in the spine if its mask would fit the image better elsewhere."""
        if spine.doubt or "_T1w" in self.name:
            return spine
        remark = alignment_remark(t2, spine)
        if not remark:
            return spine
        log.warning("%s: %s", self.name, remark)
        return replace(spine, remarks=(*spine.remarks, remark))


def _require_named(path: Path | None, right: str, wrong: str) -> None:
    """Refuse an image whose own name says that it is of the other weighting."""
    name = "" if path is None else path.name
    if f"_{wrong}w" in name and f"_{right}w" not in name:
        raise InvalidChoice(
            f"{name} was given as the {right} image, but its name says {wrong}; give "
            f"the {right} image, or rename the file"
        )


def _read_or_none(path: Path | None) -> Image | None:
    return None if path is None else read_image(path)
