"""The ways in which fans and triagebot reach each other; no channel knows another."""
