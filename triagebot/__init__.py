"""triagebot answers a phone brand's fans on WeChat, and puts the rest before a person."""

__version__ = "0.1.0"
