"""Processes that take requests in and think, for the one process that stores.

SQLite has one writer to a file, and each node one spool, so the process that was started keeps the
store, the decisions and everything that runs beside requests. Its workers do what costs the most:
HTTP, proving and opening messages, thinking.
"""
