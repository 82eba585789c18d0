"""From a function's parameters to the options of a command."""

import inspect
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

if TYPE_CHECKING:
    from jsonargparse import ArgumentParser


def in_one_line(message: str) -> str:
    """Say which option cannot be read, without how it was tried.

    >>> in_one_line('Parser key "age": Expected a float. Got value: x')
    'age = x cannot be read'
    """
    option = re.search(r'Parser key "([^"]+)"', message)
    given = re.search(r"(?:Given|Got) value: (.*)", message)
    if option and given:
        return f"{option[1]} = {given[1]} cannot be read"
    return " ".join(message.split())


def add_arguments(parser: "ArgumentParser", command: Callable[..., object]) -> None:
    """One option per parameter, such as `--tables-only`.

    A yes or no becomes a flag, and a list of files an option that takes several; a
    list without a default is given by its place. `as_` becomes `--as`.
    """
    parameters = inspect.signature(command).parameters.values()
    ours = [p for p in parameters if isinstance(p.default, bool | tuple)]
    ours += [p for p in parameters if "_" in p.name and p not in ours]
    ours += [p for p in parameters if _is_list(p) and p not in ours]
    names: set[str | int] = {parameter.name for parameter in ours}
    parser.add_function_arguments(command, as_positional=True, skip=names)
    for parameter in ours:
        words = _words(command, parameter.name)
        parser.add_argument(*_names(parameter), help=words, **_kind(parameter))


def _is_list(parameter: inspect.Parameter) -> bool:
    return parameter.default is inspect.Parameter.empty and (
        get_origin(parameter.annotation) is Sequence
    )


def _names(parameter: inspect.Parameter) -> tuple[str, ...]:
    if _is_list(parameter):
        return (parameter.name,)
    return (f"--{parameter.name.rstrip('_').replace('_', '-')}",)


def _kind(parameter: inspect.Parameter) -> dict[str, Any]:
    """How an option is read."""
    if parameter.default is False:
        return {"action": "store_true"}
    if parameter.default == ():
        return {"nargs": "+", "type": Path, "default": [], "metavar": "FILE"}
    if _is_list(parameter):
        (item,) = get_args(parameter.annotation)
        return {"nargs": "+", "type": item}
    option = {"type": parameter.annotation, "default": parameter.default}
    return option | ({"dest": parameter.name} if parameter.name.endswith("_") else {})


def _words(command: Callable[..., object], name: str) -> str:
    """What the docstring says of a parameter."""
    return (command.__doc__ or "").partition(f" {name}: ")[2].split("\n    ")[0]
