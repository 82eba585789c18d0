"""Give a registered model the name under which others find it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from lbp_outcome.errors import InvalidChoice, LbpError
from lbp_outcome.study.outcome_model import ModelCard
from lbp_outcome.study.tracked.check_tags import CHECKS_TAG
from lbp_outcome.study.tracked.registration import load_version, registered_version
from lbp_outcome.study.tracked.tracking import client, runs_with

if TYPE_CHECKING:
    from mlflow.entities import Run as StoredRun
    from mlflow.entities.model_registry import ModelVersion

Alias = Literal["candidate", "champion"]
SOUND = {"passed", "warnings", "muted"}
"""What the checks may say of the study of a model that is released."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What was done.

    Attributes:
        model: Name in the registry.
        version: The version that others now find.
        alias: Under this alias.
        replaced: The version that they found before; None if there was none.
        notes: What whoever relies on the model should know.
    """

    model: str
    version: int
    alias: Alias
    replaced: int | None
    notes: tuple[str, ...]

    def __str__(self) -> str:
        before = "for the first time"
        if self.replaced is not None:
            before = f"in place of version {self.replaced}"
        if self.replaced == self.version:
            before = "as before"
        done = f"{self.model} version {self.version} is {self.alias}, {before}."
        return "\n".join([done, *(f"  {note}" for note in self.notes)])


def release(
    reference: str, alias: Alias = "candidate", *, simulated: bool = False
) -> Release:
    """Set an alias of a registered model, if its study and its files are sound.

    A candidate is for others to try, the champion is what `lbp advise NAME@champion`
    speaks with. There is one of each to a name.

    Args:
        reference: `name` (its newest version), `name/version` or `name@alias`.
        alias: candidate or champion.
        simulated: Let a model of simulated patients become champion.

    Raises:
        InvalidChoice: A check of its study failed, its study is gone, or a model of
            simulated patients would become champion.
        UnreadableFile: One of its files was changed.
        LbpError: There is no such model.
    """
    version = _found(reference)
    study = _study_of(version)
    _require_sound(version, study)
    card = load_version(version).card
    if alias == "champion" and card.simulated and not simulated:
        raise InvalidChoice(
            f"{_name(version)} was trained on simulated patients and knows nothing of "
            "real ones; if the champion is only for trying the software, say so with "
            "--simulated"
        )
    replaced = _holder(version.name, alias)
    client().set_registered_model_alias(version.name, alias, version.version)
    today = datetime.now(UTC).date().isoformat()
    client().set_model_version_tag(
        version.name, version.version, f"{alias}_since", today
    )
    return Release(
        model=version.name,
        version=int(version.version),
        alias=alias,
        replaced=replaced,
        notes=tuple(_notes(card, study)),
    )


def _found(reference: str) -> "ModelVersion":
    """Return the version; of a model that a check kept out of the registry say so."""
    try:
        return registered_version(reference)
    except LbpError:
        _refuse_unregistered(reference)
        raise


def _refuse_unregistered(reference: str) -> None:
    for run in runs_with({"kind": "model", CHECKS_TAG: "failed"}):
        tags = run.data.tags
        if reference == f"{tags['study']}-{tags['model']}":
            raise InvalidChoice(
                f"{reference} is not registered, for its study {tags['study_run']} "
                f"{_why(client().get_run(tags['study_run']))}"
            )


def _study_of(version: "ModelVersion") -> "StoredRun":
    from mlflow.exceptions import MlflowException

    try:
        found = client().get_run(version.tags.get("study_run", ""))
    except MlflowException:
        found = None
    if found is None or found.info.lifecycle_stage != "active":
        raise InvalidChoice(
            f"{_name(version)}: MLflow no longer keeps the study that made it, so that "
            "its checks cannot be looked up; run the study again"
        )
    return found


def _require_sound(version: "ModelVersion", study: "StoredRun") -> None:
    checks = {study.data.tags.get(CHECKS_TAG), version.tags.get(CHECKS_TAG)}
    if study.info.status == "FINISHED" and checks <= SOUND:
        return
    raise InvalidChoice(
        f"{_name(version)} is not released: its study {study.info.run_id} "
        f"{_why(study)}; mend the study and run it again"
    )


def _why(study: "StoredRun") -> str:
    failure = study.data.tags.get("failure")
    if failure:
        return f"failed ({failure})"
    if study.info.status != "FINISHED":
        return "was never finished"
    return "has failed checks"


def _holder(name: str, alias: Alias) -> int | None:
    aliases = client().get_registered_model(name).aliases
    return int(aliases[alias]) if alias in aliases else None


def _notes(card: ModelCard, study: "StoredRun") -> Iterator[str]:
    how_well = ", ".join(f"{name} {value}" for name, value in card.performance.items())
    yield f"In patients it never saw: {how_well} (95 % intervals)."
    if not card.discriminates:
        yield "It is not shown to be better than chance."
    if card.simulated:
        yield "It was trained on simulated patients."
    tags = study.data.tags
    found = [name for name in sorted(tags) if name.startswith("check.")]
    for name in found:
        yield f"Check {name.removeprefix('check.')}: {tags[name]}."


def _name(version: "ModelVersion") -> str:
    return f"{version.name} version {version.version}"
