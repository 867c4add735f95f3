"""Offline work: labelled sentences in, a verified model bundle out."""
