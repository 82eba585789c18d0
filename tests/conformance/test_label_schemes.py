"""Every label scheme on the shelf keeps the same promises."""

import numpy as np
import pytest

from lbp_outcome.errors import LbpError, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES, Kind


@pytest.fixture(params=LABEL_SCHEMES.values(), ids=lambda scheme: scheme.name)
def scheme(request):
    return request.param


def mask_of(labels):
    """A column of small cubes, one per label, the first on top."""
    values = np.zeros((6, 6, 6 * len(labels) + 4), np.int16)
    for place, label in enumerate(labels):
        bottom = values.shape[2] - 6 * (place + 1)
        values[1:5, 1:5, bottom : bottom + 4] = label
    return Image(values, np.diag([2.0, 2.0, 2.0, 1.0]))


def beside_lumbar(number, label):
    """The label on a stack that leaves no doubt that numbers are anatomical."""
    if number in range(21, 26):
        return [20, label]
    return [label, 20] if number in (19, 28) else [label]


def name_of(spine):
    """The single thing a spine holds."""
    found = [name for name, _ in spine.head_first]
    return str(found[0]) if found else "canal"


def test_gives_every_label_of_its_oracle_the_right_name(scheme):
    assert scheme.oracle
    for label, name in scheme.oracle.items():
        spine = scheme.read(mask_of(beside_lumbar(scheme.labels[label].number, label)))
        names = {str(found) for found, _ in spine.head_first}
        assert name in names or (name == "canal" and spine.canal is not None)


def test_names_a_strange_label_and_itself(scheme):
    strange = next(n for n in range(1, 300) if n not in scheme.labels)
    with pytest.raises(UnknownLabel, match=rf"label {strange} is .* {scheme.name}"):
        scheme.read(mask_of([strange]))


def test_says_that_an_empty_mask_is_empty(scheme):
    with pytest.raises(LbpError, match="mask is empty"):
        scheme.read(Image(np.zeros((4, 4, 4), np.int16), np.eye(4)))


def test_refuses_a_scan_in_place_of_a_mask(scheme):
    scan = Image(np.random.default_rng(0).normal(300, 80, (8, 8, 8)), np.eye(4))
    with pytest.raises(UnknownLabel, match=r"interpolated|looks like a scan"):
        scheme.read(scan)


def test_reads_labels_stored_as_decimals(scheme):
    label = min(n for n, part in scheme.labels.items() if part.kind is Kind.VERTEBRA)
    mask = mask_of([label])
    decimals = Image(mask.values.astype(np.float32), mask.affine)
    assert name_of(scheme.read(decimals)) == name_of(scheme.read(mask))


def test_takes_the_word_of_the_user_for_the_lowest_vertebra(scheme):
    label = min(n for n, part in scheme.labels.items() if part.kind is Kind.VERTEBRA)
    spine = scheme.read(mask_of([label]), lowest="L6")
    assert name_of(spine) == "L6"
    assert "stated" in spine.assumption


def test_says_what_the_names_rest_on(scheme):
    label = min(n for n, part in scheme.labels.items() if part.kind is Kind.VERTEBRA)
    spine = scheme.read(mask_of([label]))
    assert "assumed to be L5" in spine.assumption


def test_refuses_a_vertebra_that_does_not_exist(scheme):
    with pytest.raises(LbpError, match="No vertebra is named 'L7'"):
        scheme.read(mask_of([1]), lowest="L7")


def test_says_where_its_numbers_are_published(scheme):
    assert scheme.reference.startswith("doi:")
