"""Splits, discrimination, calibration, net benefit, comparison and sample size."""
