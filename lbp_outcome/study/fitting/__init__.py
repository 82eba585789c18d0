"""Fitting: every fit of a study, in parallel, killed and taken up again."""
