"""Explanation: why a model predicted what it did, in anatomical words."""
