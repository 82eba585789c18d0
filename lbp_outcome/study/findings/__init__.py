"""Findings: from predictions of unseen patients to what may be said."""
