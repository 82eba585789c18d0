"""A patient's scan on disk: memory-mapped images, and a page that describes them.

One folder holds `crops.npy` [level, T2 and T1, left, posterior, superior],
`volumes.npy`, `radiograph.npy` and `frontal.npy`, all float32 to the last bit as they
were cut, and `scan.json` with everything else and the sums of all bytes.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from lbp_outcome.anatomy import Border, Disc, Muscle, Side, Vertebra
from lbp_outcome.cohort.scan import Scan
from lbp_outcome.errors import LbpError, UnreadableFile
from lbp_outcome.io.mapped_array import mapped_array
from lbp_outcome.records import Measurement
from lbp_outcome.units import Unit
from lbp_outcome.view import LevelCrop, PatientImages, WholeVolume

PAGE = "scan.json"
CROPS, VOLUMES, LATERAL, FRONTAL = "crops", "volumes", "radiograph", "frontal"

Affine = list[list[float]]
Array = Float32[np.ndarray, "..."]


def write_scan(folder: Path, scan: Scan) -> None:
    """Write a scan into an empty folder."""
    arrays = _arrays(scan.images)
    for name, array in arrays.items():
        np.save(_file(folder, name), array)
    body = json.dumps(
        {
            "arrays": {name: _description(array) for name, array in arrays.items()},
            "images": _page_of(scan.images),
            "measurements": [_plain(item) for item in scan.measurements],
            "spacing_mm": scan.spacing_mm,
            "doubts": scan.doubts,
            "remarks": scan.remarks,
        }
    )
    page = f"{zlib.crc32(body.encode()):08x}\n{body}"
    (folder / PAGE).write_text(page, encoding="utf-8")


def open_scan(folder: Path) -> Scan:
    """Return the scan that a folder holds, once every byte was seen to be as written.

    Images stay on disk, mapped into memory, so that any number of patients can be open
    at once; crops and volumes are mapped when they are asked for. None of them can be
    written to.

    Raises:
        UnreadableFile: Something is missing or is not as it was written.
    """
    try:
        page = _page(folder)
        for name, described in page["arrays"].items():
            _require_as_written(folder, name, described)
        return _scan(folder, page)
    except (OSError, ValueError, KeyError, TypeError, LbpError):
        what = f"{folder.name}: this stored scan is damaged; it will be made again"
        raise UnreadableFile(what) from None


def _arrays(images: PatientImages) -> dict[str, Array]:
    found: dict[str, Array | None] = {
        CROPS: _stacked([_both(crop) for crop in images.levels.values()]),
        VOLUMES: _stacked([volume.values for volume in images.volumes.values()]),
        LATERAL: images.radiograph,
        FRONTAL: images.frontal,
    }
    return {name: array for name, array in found.items() if array is not None}


def _stacked(arrays: list[Array]) -> Array | None:
    return np.stack(arrays) if arrays else None


def _both(crop: LevelCrop) -> Array:
    other = np.zeros_like(crop.values) if crop.t1 is None else crop.t1
    return np.stack([crop.values, other])


def _page_of(images: PatientImages) -> dict[str, Any]:
    return {
        "levels": [
            [str(disc), crop.affine.tolist(), crop.t1 is not None]
            for disc, crop in images.levels.items()
        ],
        "volumes": [
            [name, volume.affine.tolist()] for name, volume in images.volumes.items()
        ],
        "absent": dict(images.absent),
    }


def _description(array: Array) -> dict[str, Any]:
    return {"shape": list(array.shape), "crc32": _sum(array)}


def _sum(array: Array) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)


def _page(folder: Path) -> dict[str, Any]:
    first, _, body = (folder / PAGE).read_text(encoding="utf-8").partition("\n")
    if first != f"{zlib.crc32(body.encode()):08x}":
        raise ValueError(PAGE)
    content: dict[str, Any] = json.loads(body)
    return content


def _require_as_written(folder: Path, name: str, described: Mapping[str, Any]) -> None:
    array = mapped_array(_file(folder, name))
    if array.dtype != np.float32 or _description(array) != described:
        raise ValueError(name)


def _scan(folder: Path, page: Mapping[str, Any]) -> Scan:
    return Scan(
        measurements=tuple(map(_measurement, page["measurements"])),
        images=_images(folder, page),
        spacing_mm=tuple(page["spacing_mm"]),
        doubts=tuple(page["doubts"]),
        remarks=tuple(page["remarks"]),
    )


def _images(folder: Path, page: Mapping[str, Any]) -> PatientImages:
    images, there = page["images"], page["arrays"]
    levels = [_Level(Disc.parse(n), a, t1) for n, a, t1 in images["levels"]]
    return PatientImages(
        levels=_StoredLevels(_file(folder, CROPS), levels),
        volumes=_StoredVolumes(_file(folder, VOLUMES), dict(images["volumes"])),
        radiograph=_whole(folder, LATERAL) if LATERAL in there else None,
        frontal=_whole(folder, FRONTAL) if FRONTAL in there else None,
        absent=images["absent"],
    )


def _whole(folder: Path, name: str) -> Array:
    array: Array = mapped_array(_file(folder, name))
    return array


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _mapped(file: Path, place: int) -> Array:
    """One image of a file, still on disk until somebody looks at it."""
    try:
        array: Array = mapped_array(file)[place]
    except OSError:
        raise UnreadableFile(
            "the cache of images was emptied while it was in use; run this again"
        ) from None
    return array


@dataclass(frozen=True)
class _Level:
    """Where a crop lies, and whether there is a T1 image of it."""

    disc: Disc
    affine: Affine
    has_t1: bool


class _StoredLevels(Mapping[Disc, LevelCrop]):
    """Level crops that are mapped into memory when asked for."""

    def __init__(self, file: Path, levels: list[_Level]) -> None:
        self._file = file
        self._levels = {item.disc: (row, item) for row, item in enumerate(levels)}

    def __getitem__(self, disc: Disc) -> LevelCrop:
        row, level = self._levels[disc]
        both = _mapped(self._file, row)
        t1 = both[1] if level.has_t1 else None
        return LevelCrop(values=both[0], affine=np.array(level.affine), t1=t1)

    def __contains__(self, disc: object) -> bool:
        return disc in self._levels

    def __iter__(self) -> Iterator[Disc]:
        return iter(self._levels)

    def __len__(self) -> int:
        return len(self._levels)


class _StoredVolumes(Mapping[str, WholeVolume]):
    """Whole volumes that are mapped into memory when asked for."""

    def __init__(self, file: Path, affines: dict[str, Affine]) -> None:
        self._file, self._affines = file, affines

    def __getitem__(self, name: str) -> WholeVolume:
        affine = np.array(self._affines[name])
        row = list(self._affines).index(name)
        return WholeVolume(values=_mapped(self._file, row), affine=affine)

    def __contains__(self, name: object) -> bool:
        return name in self._affines

    def __iter__(self) -> Iterator[str]:
        return iter(self._affines)

    def __len__(self) -> int:
        return len(self._affines)


def _plain(item: Measurement) -> dict[str, Any]:
    """A measurement as JSON; numbers come back to the last bit, empty parts not."""
    plain = asdict(item) | {"level": item.level and str(item.level)}
    return {name: value for name, value in plain.items() if value not in (None, "")}


def _measurement(plain: Mapping[str, Any]) -> Measurement:
    level, side, part = (plain.get(name) for name in ("level", "side", "part"))
    named = {
        "unit": Unit(plain["unit"]),
        "value": plain.get("value"),
        "level": level and _level(level),
        "side": side and Side(side),
        "part": part and _part(part),
    }
    return Measurement(**{**plain, **named})


def _level(text: str) -> Disc | Vertebra:
    return Disc.parse(text) if "-" in text else Vertebra(text)


def _part(text: str) -> Border | Muscle:
    return Border(text) if text in set(Border) else Muscle(text)
