"""A channel of simulated fans, so that a newcomer sees the desk live."""
