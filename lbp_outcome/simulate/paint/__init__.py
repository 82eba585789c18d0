"""Painting tissues onto the sample points of an image."""
