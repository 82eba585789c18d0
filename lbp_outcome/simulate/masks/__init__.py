"""The segmentations of a painted patient, as the field's own tools would give them."""
