"""Where training runs in parallel: this machine's processes or threads, or a dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from joblib import parallel_config

from triagebot.errors import BadInput

BACKENDS = ("loky", "threading", "dask")

CONNECT_SECONDS = 5


@contextmanager
def workers(backend: str = "loky", scheduler: str | None = None) -> Iterator[None]:
    """Run joblib's parallel parts inside the block on `backend`.

    `scheduler` is the address of a dask cluster, as tcp://host:8786; without one, dask starts on
    this machine. Raises `BadInput` when dask is not installed or the cluster does not answer.
    """
    if backend != "dask":
        with parallel_config(backend=backend):
            yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise BadInput("dask needs its extra: pip install 'triagebot[dask]'") from None
    try:
        here = {} if scheduler else {"dashboard_address": None}
        client = Client(scheduler, timeout=CONNECT_SECONDS, **here)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise BadInput(f"the dask cluster at {scheduler} does not answer: {error}") from error
    with client, parallel_config(backend="dask"):
        yield
