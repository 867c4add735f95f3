"""WeChat played on loopback, for tests and for people without an account.

Two halves: `platform` is Tencent's API, `pusher` delivers messages to our callback. It is written
from the manual and shares no code with our own channel, so that it can judge it.
"""
