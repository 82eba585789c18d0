"""A shelf holds plug-ins: one file each, named after what it holds."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Protocol, TypeVar, runtime_checkable

from lbp_outcome.errors import UnknownName


@runtime_checkable
class Named(Protocol):
    """Anything with a name of its own."""

    @property
    def name(self) -> str:
        """Name under which the item is found; also the name of its file."""
        ...


Item = TypeVar("Item", bound=Named)


class Shelf(Mapping[str, Item]):
    """The items defined by the modules of one package, by name.

    Looking one item up imports only the file it lives in, so that
    `MODELS["logistic"]` never loads torch. Iterating over names imports nothing.

    Args:
        kind: What the items are, for messages ("measurement").
        package: Dotted name of the package whose modules fill the shelf.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._items: dict[str, Item] = {}

    def add(self, item: Item) -> Item:
        """Put `item` on the shelf and return it."""
        if item.name in self._items:
            raise ValueError(f"Two {self.kind}s are named {item.name!r}.")
        self._items[item.name] = item
        return item

    def __getitem__(self, name: str) -> Item:
        """Return the item called `name`, importing only the file it lives in."""
        if name not in self._items and name in self._modules():
            importlib.import_module(f"{self._package}.{name}")
        if name not in self._items:
            raise UnknownName(self.kind, name, self)
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in alphabetical order."""
        return iter(sorted({*self._modules(), *self._items}))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _modules(self) -> list[str]:
        """Public modules only: a helper beside the items starts with an underscore."""
        package = importlib.import_module(self._package)
        names = [module.name for module in pkgutil.iter_modules(package.__path__)]
        return [name for name in names if not name.startswith("_")]
