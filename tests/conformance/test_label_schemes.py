"""Every label scheme on the shelf keeps the same promises."""

import numpy as np
import pytest

from lbp_outcome.errors import InvalidChoice, LbpError, UnknownLabel
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES, Kind

VERTEBRA = (Kind.VERTEBRA, Kind.ALL_VERTEBRAE)
SPINAL = (*VERTEBRA, Kind.DISC, Kind.ALL_DISCS, Kind.CANAL)


SCHEMES = list(LABEL_SCHEMES.values())


def each(schemes):
    return {"params": list(schemes), "ids": lambda scheme: scheme.name}


@pytest.fixture(**each(SCHEMES))
def scheme(request):
    return request.param


@pytest.fixture(**each(s for s in SCHEMES if s.has(*SPINAL)))
def spinal(request):
    return request.param


@pytest.fixture(**each(s for s in SCHEMES if s.has(Kind.MUSCLE)))
def muscular(request):
    return request.param


@pytest.fixture(**each(s for s in SCHEMES if not s.has(*SPINAL)))
def without_spine(request):
    return request.param


def mask_of(labels):
    """A column of small cubes, one per label, the first on top."""
    values = np.zeros((6, 6, 6 * len(labels) + 4), np.int16)
    for place, label in enumerate(labels):
        bottom = values.shape[2] - 6 * (place + 1)
        values[1:5, 1:5, bottom : bottom + 4] = label
    return Image(values, np.diag([2.0, 2.0, 2.0, 1.0]))


def beside_lumbar(scheme, label):
    """The label on a stack that leaves no doubt that numbers are anatomical."""
    number = scheme.labels[label].number
    if scheme.name != "spineps":
        return [label]
    if number in range(21, 26):
        return [number - 1, label]
    return [label, 20] if number in (19, 28) else [label]


def names_in(scheme, labels):
    """Everything that a mask shows, by name."""
    spine = scheme.read(mask_of(labels))
    return {
        *(str(name) for name, _ in spine.head_first),
        *["canal"] * bool(spine.canal),
    }


def some_l5(scheme):
    """A label that means L5, if nothing else is there."""
    return next(label for label, name in scheme.oracle.items() if name == "L5")


def test_gives_every_label_of_its_oracle_the_right_name(spinal):
    assert spinal.oracle
    for label, name in spinal.oracle.items():
        if spinal.labels[label].kind is Kind.MUSCLE:
            continue
        assert name in names_in(spinal, beside_lumbar(spinal, label))


def test_names_muscles_and_sides_as_its_oracle_does(muscular):
    for label, name in muscular.oracle.items():
        if muscular.labels[label].kind is Kind.MUSCLE:
            ((muscle, side),) = muscular.read_muscles(mask_of([label]))
            assert f"{side} {muscle}".replace("_", " ") == name


def test_left_and_right_of_a_muscle_are_two_labels(muscular):
    muscles = [p for p in muscular.labels.values() if p.kind is Kind.MUSCLE]
    pairs = {(part.muscle, part.side) for part in muscles}
    assert len(pairs) == len(muscles) == 2 * len({part.muscle for part in muscles})


def test_a_scheme_of_muscles_has_no_vertebrae_to_name(without_spine):
    label = min(without_spine.oracle)
    with pytest.raises(InvalidChoice, match="shows muscles only"):
        without_spine.read(mask_of([label]))


def test_names_a_strange_label_and_itself(scheme):
    strange = next(n for n in range(1, 300) if n not in scheme.labels)
    read = scheme.read if scheme.has(*SPINAL) else scheme.read_muscles
    with pytest.raises(UnknownLabel, match=rf"label {strange} is .* {scheme.name}"):
        read(mask_of([strange]))


def test_says_that_an_empty_mask_is_empty(scheme):
    with pytest.raises(LbpError, match="mask is empty"):
        scheme.read(Image(np.zeros((4, 4, 4), np.int16), np.eye(4)))


def test_refuses_a_scan_in_place_of_a_mask(scheme):
    scan = Image(np.random.default_rng(0).normal(300, 80, (8, 8, 8)), np.eye(4))
    with pytest.raises(UnknownLabel, match=r"interpolated|looks like a scan"):
        scheme.read(scan)


def test_reads_labels_stored_as_decimals(spinal):
    label = some_l5(spinal)
    mask = mask_of([label])
    decimals = Image(mask.values.astype(np.float32), mask.affine)
    assert spinal.read(decimals).named == spinal.read(mask).named != ()


def test_takes_the_word_of_the_user_for_the_some_l5(spinal):
    spine = spinal.read(mask_of([some_l5(spinal)]), lowest="L6")
    assert [str(name) for name in spine.vertebrae] == ["L6"]
    assert "stated" in spine.assumption


def test_says_what_the_names_rest_on(spinal):
    spine = spinal.read(mask_of([some_l5(spinal)]))
    if spine.numbering == "anatomical":
        assert spine.assumption == ""
    else:
        assert "assumed to be L5" in spine.assumption


def test_refuses_a_vertebra_that_does_not_exist(spinal):
    with pytest.raises(LbpError, match="No vertebra is named 'L7'"):
        spinal.read(mask_of([some_l5(spinal)]), lowest="L7")


def test_says_where_its_numbers_are_published(scheme):
    assert scheme.reference.startswith(("doi:", "github.com/"))
