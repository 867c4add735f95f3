"""Measure the classifier on public sets, beside rivals trained in the same run."""
