"""The sections of a report, one per file.

Each file has one function from what was studied to its section, or to None where the
study has nothing to say on it.
"""
