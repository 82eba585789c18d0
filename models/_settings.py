"""Settings of a model, read from a study file with helpful refusals."""

from dataclasses import fields
from typing import Literal, TypeVar, get_args, get_origin

from lbp_outcome.contracts import Settings
from lbp_outcome.errors import InvalidChoice, UnknownName

Config = TypeVar("Config")


def read_settings(config: type[Config], settings: Settings) -> Config:
    """Return the settings as `config`, whose defaults fill what is not given.

    Raises:
        UnknownName: A setting that the model does not have, or a word that is none of
            those it takes; the nearest is offered.
        InvalidChoice: A setting that is not a number above zero.
    """
    known = {item.name: item.type for item in fields(config)}  # type: ignore[arg-type]
    for name, value in settings.items():
        if name not in known:
            raise UnknownName("setting", name, known)
        if get_origin(known[name]) is Literal:
            _check_word(name, value, get_args(known[name]))
        else:
            _check_number(name, value, whole=known[name] is int)
    return config(**settings)


def _check_word(name: str, value: object, words: tuple[str, ...]) -> None:
    if not isinstance(value, str):
        raise InvalidChoice(f"{name} = {value!r}: must be one of {', '.join(words)}.")
    if value not in words:
        raise UnknownName(name, value, words)


def _check_number(name: str, value: object, *, whole: bool) -> None:
    number = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, number) or not value >= 0:
        kind = "whole number" if whole else "number"
        raise InvalidChoice(f"{name} = {value!r}: must be a {kind}, 0 or larger.")
