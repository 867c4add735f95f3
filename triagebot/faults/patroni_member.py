"""What Patroni is told of one member of a cluster, as in `deploy/patroni`, without passwords."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from triagebot.faults.postgres import USER

_DCS = {
    "ttl": 20,
    "loop_wait": 5,
    "retry_timeout": 5,
    "maximum_lag_on_failover": 0,
    "synchronous_mode": "quorum",
    "synchronous_node_count": 1,
    "postgresql": {"use_pg_rewind": True, "parameters": {"wal_log_hints": "on"}},
}


@dataclass(frozen=True, slots=True)
class Member:
    """One member, whose files and socket lie in `folder`.

    `api`, `postgres` and `etcd` are addresses, HOST:PORT; `everybody` is the network that may come.
    """

    name: str
    folder: Path
    _: KW_ONLY
    api: str
    postgres: str
    etcd: str
    everybody: str

    def settings(self, programs: Path) -> dict[str, Any]:
        """Return the member's file; `programs` is the folder of PostgreSQL's."""
        return {
            "scope": "triagebot",
            "name": self.name,
            "restapi": _both(self.api),
            "etcd3": {"hosts": [self.etcd]},
            "bootstrap": {"dcs": _DCS, "initdb": [{"encoding": "UTF8"}, "data-checksums"]},
            "postgresql": {
                **_both(self.postgres),
                "data_dir": str(self.folder / "data"),
                "pgpass": str(self.folder / "pgpass"),
                "bin_dir": str(programs),
                "parameters": {"unix_socket_directories": str(self.folder)},
                "authentication": {
                    "superuser": {"username": USER},
                    "replication": {"username": "replicator"},
                },
                "pg_hba": [
                    f"host all all {self.everybody} trust",
                    "local all all trust",
                    f"host replication all {self.everybody} trust",
                ],
            },
        }


def _both(place: str) -> dict[str, str]:
    return dict.fromkeys(("listen", "connect_address"), place)
