"""Dagster's history in PostgreSQL with its connections left open in daemon and run, as open_history.py does for files.

Owns that alone. Dagster 1.13 connects anew for every event, twice for one of an asset: of 57 ms an event, 43 went
there. Which events are kept is short_history.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    import dagster as dg

# the run itself; the heartbeat and whoever else comes at the same moment have further ones while they need them
KEPT_OPEN: Final = 1


def keep_postgresql_open(instance: dg.DagsterInstance) -> None:
    """Let this process's PostgreSQL history keep a connection. One that was cut is opened again before it is used."""
    for storage in (instance.event_log_storage, instance.run_storage):
        engine = getattr(storage, "_engine", None)
        # a token of a cloud is fetched anew for each connection, which is Dagster's business
        if isinstance(engine, Engine) and _connects_anew(engine) and getattr(storage, "_token_provider", None) is None:
            kept = create_engine(engine.url, isolation_level="AUTOCOMMIT", pool_size=KEPT_OPEN, pool_pre_ping=True)
            storage._engine = kept  # type: ignore[union-attr]  # noqa: SLF001  there is no other door


def _connects_anew(engine: Engine) -> bool:
    # the web server's own engine keeps one already
    return engine.dialect.name == "postgresql" and isinstance(engine.pool, NullPool)
