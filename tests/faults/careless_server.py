"""`triagebot` with a planted fault: everybody is told before the commit, which comes later."""

import time

from triagebot.cli import main
from triagebot.store import events, writer


def commit_afterwards(self, group, do):
    with self._engine.connect() as connection, connection.begin():
        events.pending(connection).clear()
        results = do(connection, group)
        self._settle(results, False)
        time.sleep(0.1)
        return results, events.flush(connection)


writer.Writer._transaction = commit_afterwards

if __name__ == "__main__":
    main()
