"""Loads a server as WeChat would on a busy night, and checks that nothing was lost or changed.

It shares no code with the server: what it says about the server is not the server's own opinion.
"""
