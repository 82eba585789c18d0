"""Turning painted tissue into images and masks."""
