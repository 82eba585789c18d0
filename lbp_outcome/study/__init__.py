"""A study: plan, nested cross-validation, tracking, report. Joins the shelves."""
