"""The network that grades a spine level by level, and its weights, one file each."""
