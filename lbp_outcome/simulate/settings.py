"""What a simulated folder is made with, and whether that can be."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from lbp_outcome import __version__
from lbp_outcome.errors import InvalidChoice
from lbp_outcome.simulate.scenario import Scenario, scenario_named

TABLES_MB, IMAGES_MB, DIXON_MB, DICOM_MB = 0.004, 8.0, 3.0, 12.0
"""What one patient takes on the disk, rounded up [MB]."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a simulated folder was made with; the same settings give the same bytes."""

    patients: int
    seed: int
    scenario: str
    tables_only: bool
    where: str | None = None
    strength: float | None = None
    dixon: bool = False
    dicom: bool = False
    asymmetric: bool = False
    version: str = __version__

    @property
    def rules(self) -> Scenario:
        """The world's rules."""
        return scenario_named(self.scenario, where=self.where, strength=self.strength)


def require_sensible(settings: Settings, processes: int | None) -> None:
    """Refuse numbers and wishes that cannot be.

    Raises:
        InvalidChoice: A number is out of range, or two wishes exclude each other.
        UnknownName: There is no such scenario, or no such structure.
    """
    if settings.patients < 1:
        raise InvalidChoice(f"patients = {settings.patients}: must be at least 1.")
    if settings.seed < 0:
        raise InvalidChoice(f"seed = {settings.seed}: must not be negative.")
    if processes is not None and processes < 1:
        raise InvalidChoice(f"processes = {processes}: must be at least 1.")
    if settings.tables_only and (settings.dixon or settings.dicom):
        raise InvalidChoice("tables only: leave out --dixon and --dicom, or the tables")
    _ = settings.rules  # refuses a world that there is not


def require_room(out: Path, settings: Settings) -> None:
    """Refuse before anything is written what the disk could not hold.

    Raises:
        InvalidChoice: The disk is too small.
    """
    each = TABLES_MB if settings.tables_only else IMAGES_MB
    each += (DIXON_MB * settings.dixon) + (DICOM_MB * settings.dicom)
    needed = settings.patients * each * 1e6
    standing = next(path for path in (out, *out.absolute().parents) if path.exists())
    there = sum(p.stat().st_size for p in out.rglob("*")) if out.is_dir() else 0
    free = shutil.disk_usage(standing).free
    if needed - there > free:
        raise InvalidChoice(
            f"patients = {settings.patients}: needs about {needed / 1e9:,.1f} GB, and "
            f"{out} has {free / 1e9:,.1f} GB free; simulate fewer, or tables only."
        )
