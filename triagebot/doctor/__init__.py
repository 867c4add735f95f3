"""Looks at an installation and says in words what would hurt on a busy night."""
