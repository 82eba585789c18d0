from pathlib import Path

import numpy as np
import pytest

from lbp_outcome.errors import UnreadableFile
from lbp_outcome.io.mapped_array import mapped_array

VALUES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.fixture
def file(tmp_path):
    np.save(tmp_path / "array.npy", VALUES)
    return tmp_path / "array.npy"


@pytest.mark.parametrize("kind", ["f4", "f2", "i8"])
def test_shows_what_was_saved_and_cannot_be_written_to(file, kind):
    np.save(file, VALUES.astype(kind))
    array = mapped_array(file)
    assert array.dtype == kind
    np.testing.assert_array_equal(array, VALUES)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_is_mapped_and_holds_no_file_open(file):
    before = len([*Path("/proc/self/fd").iterdir()])
    many = [mapped_array(file) for _ in range(50)]
    assert len([*Path("/proc/self/fd").iterdir()]) <= before
    assert Path("/proc/self/maps").read_text().count(str(file)) == len(many)


def test_outlives_its_file(file):
    array = mapped_array(file)
    file.unlink()
    np.testing.assert_array_equal(array, VALUES)


@pytest.mark.parametrize(
    "content",
    [b"", b"no array", "cut off", "by column", "objects"],
    ids=lambda content: str(content),
)
def test_refuses_what_is_not_the_array_it_was(file, content):
    if content == "cut off":
        file.write_bytes(file.read_bytes()[:-4])
    elif content == "by column":
        np.save(file, np.asfortranarray(VALUES))
    elif content == "objects":
        np.save(file, np.array([{}], dtype=object))
    else:
        file.write_bytes(content)
    with pytest.raises(UnreadableFile, match="not the array it was"):
        mapped_array(file)
