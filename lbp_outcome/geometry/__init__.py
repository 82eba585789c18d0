"""Geometry of one spine, worked out once and shared by all measurements.

Everything is in patient millimetres. A structure's surface is where the voxel grid
crosses from inside to outside, half way between two voxel centres, so that neither
thick slices nor a tilt shift it on average.
"""
