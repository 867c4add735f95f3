"""What several servers need to work on one store as if they were one."""
