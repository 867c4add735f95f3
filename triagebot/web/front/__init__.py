"""What listens: answers the hot requests itself and passes all others on to the web application.

A plain protocol on httptools costs a third of a full web server per request. Every connection, also
one that is passed on, must bring its request in time.
"""

from triagebot.web.front.exchange import Answerer, Asked, Tell, Told, told
from triagebot.web.front.front import Front, Limits

__all__ = ["Answerer", "Asked", "Front", "Limits", "Tell", "Told", "told"]
