"""Text in, decision out: pure, and the same code for server and training."""
