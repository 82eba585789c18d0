"""What the networks that look at pixels are made of."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from monai.networks.blocks import Convolution
from torch import Tensor, nn


def layers(
    dimensions: int, maps: Sequence[int], strides: Sequence[tuple[int, ...]]
) -> nn.Sequential:
    """Return convolutions, each normalised by group.

    Args:
        dimensions: Of the image.
        maps: Channels of the image, then feature maps after each layer.
        strides: Of each layer.
    """
    return nn.Sequential(
        *(
            Convolution(
                dimensions,
                before,
                after,
                strides=stride,
                norm=("group", {"num_groups": 4}),
                act="relu",
            )
            for before, after, stride in zip(maps, maps[1:], strides, strict=False)
        )
    )


def pooled(
    features: Float[Tensor, "image channel ..."],
) -> Float[Tensor, "image twice"]:
    """Mean and maximum of each map: how much of something, and whether anywhere.

    With the mean alone, a bright spot filling 3 % of one level in six was not learned
    from 40 patients; with the maximum beside it, within five epochs.
    """
    flat = features.flatten(2)
    return torch.cat([flat.mean(dim=2), flat.amax(dim=2)], dim=1)


def token(before: int, width: int, dropout: float) -> nn.Sequential:
    """Return what turns features into a token."""
    if before == 0:  # a table without predictors: never present, so never read
        return nn.Sequential()
    return nn.Sequential(nn.Linear(before, width), nn.GELU(), nn.Dropout(dropout))
