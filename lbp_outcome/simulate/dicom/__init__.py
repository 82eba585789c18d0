"""Writing simulated examinations as DICOM objects, to test intake from end to end."""
