"""The decision tool: what a model says of one patient, and when it stays silent."""
