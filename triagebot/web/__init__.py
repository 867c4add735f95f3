"""HTTP parts that all areas share: the table of endpoints, the gate, live streams, static files."""
