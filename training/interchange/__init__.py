"""Labels from and for other tools; every reader names file and line of what is wrong."""
