from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Inspector, event, inspect, text
from sqlalchemy.exc import DBAPIError

from server.migrations import upgrade as module
from server.migrations.tables import metadata
from server.migrations.upgrade import HEAD, upgrade
from server.settings import Settings
from server.store import Store
from tests.support.tables import import_all_tables

VERSIONS = Path(module.__file__).parent
READING = {"SELECT", "PRAGMA", "BEGIN"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = Store(database_url).plain_engine()
    yield engine
    engine.dispose()


def constraints(database: Inspector) -> dict[str, set[str | None]]:
    """The names of the constraints of each table, which compare_metadata does not look at."""
    return {
        table: {one["name"] for one in database.get_unique_constraints(table)}
        | {one["name"] for one in database.get_foreign_keys(table)}
        | {database.get_pk_constraint(table)["name"]}
        for table in database.get_table_names()
        if table != "alembic_version"
    }


def test_the_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_empty_database_gets_the_tables_of_this_version(
    settings: Settings, engine: Engine
) -> None:
    upgrade(settings)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_constraints_have_the_names_of_the_models(settings: Settings, engine: Engine) -> None:
    upgrade(settings)
    with engine.connect() as connection:
        migrated = constraints(inspect(connection))
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    with engine.connect() as connection:
        made = constraints(inspect(connection))
    if engine.dialect.name == "sqlite":
        # Two tables that refer to each other: made in one go, SQLite leaves one reference out.
        made["persons"].add("fk_persons_upload_id_uploads")
    assert made == migrated


def test_every_table_of_every_feature_is_migrated() -> None:
    known = set(metadata.tables)
    import_all_tables()
    assert set(metadata.tables) == known


def test_a_second_upgrade_does_nothing(settings: Settings, engine: Engine) -> None:
    upgrade(settings)
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        upgrade(settings)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert "BEGIN IMMEDIATE" not in said
    assert not [one for one in said if one.split()[0].upper() not in READING]


def test_servers_that_start_together_take_turns(settings: Settings, engine: Engine) -> None:
    with ThreadPoolExecutor(4) as servers:
        list(servers.map(upgrade, [settings] * 4))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD


def test_what_is_stored_survives_an_upgrade(settings: Settings, engine: Engine) -> None:
    upgrade(settings)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO groups (id, slug, name, kind) VALUES ('g', 'devon', 'Devon', 'local')"
            )
        )
    upgrade(settings)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT name FROM groups")) == "Devon"


def test_people_and_their_invitations_survive_the_third_revision(
    settings: Settings, engine: Engine
) -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in (
            "INSERT INTO groups (id, slug, name, kind) VALUES ('g', 'devon', 'Devon', 'local')",
            "INSERT INTO persons (id, name, created_at) VALUES ('p', 'Ben', '2026-01-02')",
            (
                "INSERT INTO memberships (id, person_id, group_id, role, since) "
                "VALUES ('m', 'p', 'g', 'member', '2026-01-02')"
            ),
            (
                "INSERT INTO invitations (id, token_hash, group_id, name, role, expires_at, "
                "used_at, used_by, used_from) "
                "VALUES ('used', 'a', 'g', 'Ben', 'member', '2026-01-09', "
                "'2026-01-02', 'p', 'browser'), ('open', 'b', 'g', 'Ann', 'reader', '2026-01-09', "
                "NULL, NULL, NULL)"
            ),
        ):
            connection.execute(text(statement))
    upgrade(settings)
    with engine.connect() as connection:
        uses = connection.execute(text("SELECT id, uses, name FROM invitations ORDER BY id"))
        assert [tuple(row) for row in uses] == [("open", 0, "Ann"), ("used", 1, "Ben")]
        used = connection.execute(text("SELECT person_id, used_from FROM invitation_uses"))
        assert [tuple(row) for row in used] == [("p", "browser")]
        # Whoever went out since an invitation was made stays out: these are older than that.
        old = "SELECT count(*) FROM invitations WHERE created_at < '1970-01-03'"
        assert connection.scalar(text(old)) == 2
        joined = "SELECT name FROM persons JOIN memberships ON persons.id = person_id"
        assert connection.scalar(text(joined)) == "Ben"


def test_reports_so_far_know_where_statements_are_hidden(
    settings: Settings, engine: Engine
) -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        groups = "INSERT INTO groups (id, slug, name, kind) VALUES ('g', 'devon', 'Devon', 'local')"
        connection.execute(text(groups))
        insert = text(
            "INSERT INTO reports (id, group_id, item_id, about, address, words, note, at, answer) "
            "VALUES (:id, 'g', 's1', :about, :address, '', '', '2026-01-02', '')"
        )
        for report_id, about, address in (
            ("a", "why", "/charters/ours#s-s1"),
            ("b", "words", "/charters/ours/editions/1#s-s1"),
            ("c", "name", "/groups/devon/people"),
        ):
            values = {"id": report_id, "about": about, "address": address}
            connection.execute(insert, values)
    upgrade(settings)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT hide_at FROM reports ORDER BY id"))
        at = "/charters/ours/history/s1"
        assert [row.hide_at for row in found] == [at, at, None]


def test_the_database_refuses_to_change_what_was_recorded(
    settings: Settings, engine: Engine
) -> None:
    upgrade(settings)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit (at, what, details) VALUES ('2026-01-02', 'joined', '{}')")
        )
    for change in ("UPDATE audit SET what = 'left'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(change))
