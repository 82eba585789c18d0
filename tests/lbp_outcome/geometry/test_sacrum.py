import numpy as np

from lbp_outcome.geometry.sacrum import numbering_doubt
from lbp_outcome.image import Image
from lbp_outcome.labels import LABEL_SCHEMES

AFFINE = np.diag([-2.0, -1.0, 1.0, 1.0])


def column(lowest_depth_below):
    """Three vertebral bodies; the lowest tapers to the given share of its depth."""
    values = np.zeros((26, 50, 110), np.int16)
    for number, bottom in ((1, 5), (2, 41), (3, 77)):
        values[2:24, 8:42, bottom : bottom + 27] = number
    for layer in range(27):
        share = lowest_depth_below + (1 - lowest_depth_below) * layer / 27
        depth = round(34 * share)
        values[2:24, 8 : 42 - depth, 5 + layer][
            values[2:24, 8 : 42 - depth, 5 + layer] == 1
        ] = 0
    return Image(values, AFFINE)


def doubt(mask, lowest=None):
    return numbering_doubt(LABEL_SCHEMES["spider"].read(mask, lowest=lowest))


def test_a_tapering_lowest_vertebra_may_be_the_sacrum():
    assert "tapers downwards like the sacrum" in doubt(column(0.5))
    assert doubt(column(0.5), lowest="S1") == ""


def test_a_square_lowest_vertebra_is_no_sacrum():
    assert doubt(column(1.0)) == ""
    assert "does not taper" in doubt(column(1.0), lowest="S1")


def test_a_vertebra_cut_by_the_edge_of_the_scan_tells_nothing():
    mask = column(0.5)
    affine = mask.affine.copy()
    affine[2, 3] += 15
    assert doubt(Image(mask.values[:, :, 15:], affine)) == ""
