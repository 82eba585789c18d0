"""A cohort folder: its data dictionary, its tables, its images, its problems."""
