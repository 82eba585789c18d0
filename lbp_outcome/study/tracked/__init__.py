"""Tracked: what a study leaves in MLflow, and how it is released and compared."""
