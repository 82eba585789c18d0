"""What is known of usual neural foramina."""

NORMAL_SOURCE = (
    "uncertain: lower limits in 1000 CT scans of people aged 18 to 35 as given in one "
    "abstract (AANS 2025, poster 725393); methods may differ"
)
"""Where the usual size of foramina is from."""
