"""Settings of a model, read from a study file with helpful refusals."""

from dataclasses import fields
from typing import TypeVar

from lbp_outcome.contracts import Settings
from lbp_outcome.errors import InvalidChoice, UnknownName

Config = TypeVar("Config")


def read_settings(config: type[Config], settings: Settings) -> Config:
    """Return the settings as `config`, whose defaults fill what is not given.

    Raises:
        UnknownName: A setting that the model does not have; the nearest is offered.
        InvalidChoice: A setting that is not a number above zero.
    """
    known = {item.name: item.type for item in fields(config)}  # type: ignore[arg-type]
    for name, value in settings.items():
        if name not in known:
            raise UnknownName("setting", name, known)
        _check(name, value, whole=known[name] is int)
    return config(**settings)


def _check(name: str, value: object, *, whole: bool) -> None:
    number = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, number) or not value >= 0:
        kind = "whole number" if whole else "number"
        raise InvalidChoice(f"{name} = {value!r}: must be a {kind}, 0 or larger.")
