"""The life of one message, from a channel's door to its stored decision."""
