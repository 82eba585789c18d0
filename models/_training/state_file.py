"""Nested states with tensors in them, in one file that holds no code."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.io.atomic import atomic_file

State = dict[str, Any]
"""Dictionaries, lists, tuples, tensors, numbers, words and None, one in another."""


@dataclass(frozen=True, kw_only=True)
class StateFile:
    """A safetensors file of one training, which another training is refused.

    Attributes:
        path: Where it is.
        architecture: What is trained, such as `fusion`.
        fingerprint: Digest of everything that the result depends on.
    """

    path: Path
    architecture: str
    fingerprint: str

    def write(self, state: State) -> None:
        """Write the state whole or not at all.

        The tensors are written by their place in the state; what is around them stays
        readable as JSON in the header.

        Raises:
            TypeError: Something in the state is no tensor and not in JSON's reach.
        """
        tensors: dict[str, Tensor] = {}
        about = {
            "architecture": self.architecture,
            "fingerprint": self.fingerprint,
            "state": json.dumps(_without_tensors(state, "", tensors)),
        }
        with atomic_file(self.path) as temporary:
            save_file(tensors, temporary, about)

    def read(self) -> State:
        """Return the state as it was written, on the CPU.

        Raises:
            UnreadableFile: It is damaged, or the state of another training.
        """
        try:
            with safe_open(self.path, "pt") as file:
                about = file.metadata() or {}
                names = file.keys()  # the file itself cannot be iterated over
                tensors = {name: file.get_tensor(name) for name in names}
            whose = about["architecture"], about["fingerprint"]
            state: State = _with_tensors(json.loads(about["state"]), tensors)
        except (KeyError, OSError, ValueError, SafetensorError):
            raise UnreadableFile(
                f"{self.path}: damaged, or not the state of a training; remove it to "
                f"start afresh."
            ) from None
        self._require(*whose)
        return state

    def _require(self, architecture: str, fingerprint: str) -> None:
        if (architecture, fingerprint) != (self.architecture, self.fingerprint):
            raise UnreadableFile(
                f"{self.path}: the state of another training ({architecture} "
                f"{fingerprint[:8]}; this is {self.architecture} "
                f"{self.fingerprint[:8]}); remove it to start afresh."
            )


def _without_tensors(part: object, place: str, tensors: dict[str, Tensor]) -> object:
    """Return the part for JSON, each tensor replaced by its name in `tensors`.

    A dictionary becomes pairs, for JSON would turn its numbers into words.
    """
    if isinstance(part, Tensor):
        # a copy: what shares memory is not written
        tensors[place] = part.detach().cpu().contiguous().clone()
        return {"tensor": place}
    if isinstance(part, dict):
        pairs = part.items()
        return {
            "dict": [
                [k, _without_tensors(v, f"{place}/{k}", tensors)] for k, v in pairs
            ]
        }
    if isinstance(part, list | tuple):
        items = [
            _without_tensors(item, f"{place}/{number}", tensors)
            for number, item in enumerate(part)
        ]
        return {"tuple": items} if isinstance(part, tuple) else items
    return part


def _with_tensors(part: Any, tensors: dict[str, Tensor]) -> Any:  # noqa: ANN401 - JSON
    """Undo `_without_tensors`."""
    if isinstance(part, list):
        return [_with_tensors(item, tensors) for item in part]
    if not isinstance(part, dict):
        return part
    ((kind, content),) = part.items()
    if kind == "tensor":
        return tensors[content]
    if kind == "dict":
        return {key: _with_tensors(value, tensors) for key, value in content}
    return tuple(_with_tensors(item, tensors) for item in content)
