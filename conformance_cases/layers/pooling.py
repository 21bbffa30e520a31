"""Pooling by windows."""

from conformance_cases.layers._pooling import AveragePooling, MaxPooling
from pytest_fwparity import named


class MaxPooling1D(MaxPooling):
    """Over time."""

    space = (9,)
    pool_size = (2,)
    strides = (2,)
    variants = named(
        plain={},
        same={"padding": "same"},
        skipping={"strides": [3]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "pool_size": [4], "strides": [1], "padding": "same"},
    )
    level = "standard"
    speed = None


class MaxPooling2D(MaxPooling):
    """Over an image."""

    space = (7, 8)
    pool_size = (2, 2)
    strides = (2, 2)
    variants = named(
        plain={},
        same={"padding": "same"},
        overlapping={"pool_size": [3, 3]},
        uneven={"pool_size": [3, 2], "strides": [2, 3], "padding": "same"},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional", "padding": "same"},
    )
    quick = ("plain", "same", "overlapping", "uneven")
    speed = "quick"


class MaxPooling3D(MaxPooling):
    """Over a volume."""

    space = (3, 4, 5)
    pool_size = (2, 2, 2)
    strides = (2, 2, 2)
    variants = named(
        plain={},
        same={"padding": "same"},
        uneven={"pool_size": [1, 3, 2], "strides": [1, 1, 3]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional"},
    )
    level = "standard"
    speed = None


class AveragePooling1D(AveragePooling):
    """Over time."""

    space = (9,)
    pool_size = (2,)
    strides = (2,)
    variants = named(
        plain={},
        same={"padding": "same"},
        same_even={"padding": "same", "pool_size": [4], "strides": [1]},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional"},
    )
    level = "standard"
    speed = None


class AveragePooling2D(AveragePooling):
    """Over an image."""

    space = (7, 8)
    pool_size = (2, 2)
    strides = (2, 2)
    variants = named(
        plain={},
        same={"padding": "same"},
        overlapping={"pool_size": [3, 3], "strides": [1, 1], "padding": "same"},
        uneven={"pool_size": [3, 2], "strides": [2, 3], "padding": "same"},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional"},
    )
    quick = ("plain", "same")


class AveragePooling3D(AveragePooling):
    """Over a volume."""

    space = (3, 4, 5)
    pool_size = (2, 2, 2)
    strides = (2, 2, 2)
    variants = named(
        plain={},
        same={"padding": "same"},
        overlapping={"pool_size": [3, 1, 3], "strides": [1, 1, 1], "padding": "same"},
        channels_first={"data_format": "channels_first"},
        functional={"spelling": "functional"},
    )
    level = "standard"
    speed = None
