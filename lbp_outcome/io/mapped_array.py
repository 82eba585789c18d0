"""Arrays that stay on disk until somebody looks at them."""

from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from lbp_outcome.errors import UnreadableFile


def mapped_array(path: Path) -> Shaped[np.ndarray, "..."]:
    """Return the array of a `.npy` file, mapped into memory and read-only.

    Unlike `numpy.memmap`, it holds no file open: thousands can be in use at once, and
    one in use outlives its file.

    Raises:
        UnreadableFile: The file is no array of plain numbers in C order, or is cut off.
        OSError: There is no such file.
    """
    import pyarrow  # slow to import

    try:
        shape, kind, start = _layout(path)
        with pyarrow.memory_map(str(path)) as whole:
            flat = np.frombuffer(whole.read_buffer(), kind, offset=start)
        return flat.reshape(shape)
    except ValueError:
        raise UnreadableFile(f"{path.name}: this is not the array it was") from None


def _layout(path: Path) -> tuple[tuple[int, ...], np.dtype, int]:
    """Shape, kind of number and first byte of an array file."""
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        if version != (1, 0):
            raise ValueError(version)
        shape, by_column, kind = np.lib.format.read_array_header_1_0(file)
        if by_column or kind.hasobject:
            raise ValueError(kind)
        return shape, kind, file.tell()
