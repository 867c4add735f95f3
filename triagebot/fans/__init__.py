"""Fans as people: who they are, what is held of them, and how they are forgotten."""
