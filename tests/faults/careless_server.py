"""`triagebot` with a planted fault: everybody is told before the commit, which comes later."""

import time

from triagebot.cli import main
from triagebot.store import events, writer


def commit_afterwards(self, group):
    with self._engine.connect() as connection, connection.begin():
        events.pending(connection).clear()
        results = [writer._do(connection, job) for job in group]
        self._settle(results, False)
        time.sleep(0.1)
        events.flush(connection)
    return [], False


writer.Writer._transaction = commit_afterwards

if __name__ == "__main__":
    main()
