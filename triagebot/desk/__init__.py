"""People's work: conversations, replies, labels, search, and what they see live."""
