"""Report: one page, and the numbers on it as files."""
