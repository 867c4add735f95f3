"""The channel for programs, in the shape of Rasa's REST channel."""
