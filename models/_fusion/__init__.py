"""The parts of the fusion network, one file each."""
