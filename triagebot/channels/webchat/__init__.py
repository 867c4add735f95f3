"""The channel for fans in a browser: a page, an API and replies by long polling."""
