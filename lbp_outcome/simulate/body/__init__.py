"""The shape of a simulated patient's spine and back, as formulas."""
