"""Simulated patients: a spine, its MR and X-ray images, and the outcome of surgery.

Nothing here is a real patient. The cohort exists to test a pipeline whose right answer
is known, not to learn about surgery.
"""
