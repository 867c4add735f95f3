"""Breaks what can break, over and over, and counts what was lost; each with a planted fault."""
