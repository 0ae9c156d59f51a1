"""Alembic's way in: it is given an open connection by `upgrade`, or by a test."""

from typing import Any, Literal

from alembic import context

from server.migrations.tables import metadata
from server.store.base import Instant


def render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Written revisions do not lean on our code, which may have changed when they run."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
