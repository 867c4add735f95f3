"""Bundles as a whole: which serve, what another would change, and the gate between them."""
