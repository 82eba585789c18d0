"""The X-ray grader: the parts of its networks, one file each."""
