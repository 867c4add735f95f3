"""`triagebot` with a planted fault: the spool acknowledges, and keeps nothing on disk."""

from triagebot.cli import main
from triagebot.store import spool


async def keep_nothing(self, inbound):
    return None


spool.Spool.keep = keep_nothing

if __name__ == "__main__":
    main()
