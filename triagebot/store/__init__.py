"""Everything that is kept, and the only SQL of the product."""
