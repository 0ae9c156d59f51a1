"""Bring a database up to date."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from server.settings import Settings
from server.store import Store

# The newest revision in versions/; a test compares the two. Alembic takes 5 MB of memory, which a
# server whose tables are up to date already does not spend.
HEAD = "0004"
# Servers that start together on one PostgreSQL take turns; on SQLite the write lock sees to it.
_LOCK = 0x6F7572  # "our"


def upgrade(settings: Settings) -> None:
    """Make the tables of this version, or change those of an older one into them."""
    engine = Store(settings.database).plain_engine()
    try:
        with engine.execution_options(reading=True).connect() as connection:
            known = inspect(connection).has_table("alembic_version")
            if known and connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD:
                return
        from alembic import command  # noqa: PLC0415 -- see HEAD
        from alembic.config import Config  # noqa: PLC0415 -- see HEAD

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent))
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                _let_tables_be_made_anew(connection)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                if connection.dialect.name == "sqlite":
                    _check_references(connection)
    finally:
        engine.dispose()


def _let_tables_be_made_anew(connection: Connection) -> None:
    """SQLite changes a table by making it anew, which it refuses while others refer to it.

    It takes this only outside of a transaction, so SQLAlchemy must not begin one for it.
    """
    connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"an upgrade left rows that refer to nothing: {broken[:5]}")
