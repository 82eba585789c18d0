"""Training a network: quiet, repeatable, and it survives being killed."""
