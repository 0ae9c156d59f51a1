import os
import shutil
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from server import doctor
from server.commands import doctor as print_findings
from server.doctor import examine
from server.migrations.upgrade import upgrade
from server.settings import Settings
from server.store import Store

SAFE = {
    "public_url": "https://charter.example",
    "help_contact": "help@charter.example",
    "secret": "s" * 43,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of a server as it should be, not run by root."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


def unsafe(folder: Path, **settings: Any) -> list[str]:
    chosen = Settings(data_folder=folder, **{**SAFE, **settings})
    return [finding.sentence for finding in examine(chosen) if not finding.is_safe]


def test_a_server_as_it_should_be_has_nothing_unsafe(folder: Path) -> None:
    upgrade(Settings(data_folder=folder))
    assert unsafe(folder) == []


def test_a_folder_that_the_server_made_has_nothing_unsafe(folder: Path) -> None:
    made = Settings(data_folder=folder / "var")
    made.make_data_folder()
    upgrade(made)
    assert unsafe(folder / "var") == []


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"public_url": "http://charter.example"}, "is not https"),
        ({"host": "::"}, "We listen on every address"),
        ({"host": "10.0.0.1"}, "Set `proxies`"),
        ({"proxies": "*"}, "believes everybody"),
        ({"secret": "short"}, "The secret is too short"),
        ({"redis_url": "redis://:pw@redis.example"}, "Use `rediss://`"),
        ({"redis_url": "rediss://redis.example"}, "asks for no password"),
        ({"redis_url": "redis://localhost"}, "SQLite for one"),
        ({"smtp_url": "smtps://mail.example"}, "Set `mail_from`"),
        ({"help_contact": None}, "Set `help_contact`"),
        ({"session_days": 400}, "Choose a year or less"),
        ({"metrics": True}, "/metrics is in public"),
    ],
)
def test_what_is_unsafe_is_said(folder: Path, settings: dict[str, Any], said: str) -> None:
    assert [sentence for sentence in unsafe(folder, **settings) if said in sentence]


@pytest.mark.parametrize(
    "settings",
    [
        {"public_url": "http://localhost:8000"},
        {"host": "10.0.0.1", "proxies": "10.0.0.2"},
        {"smtp_url": "smtps://mail.example", "mail_from": "a@b.example"},
        {"smtp_url": "smtp://localhost", "mail_from": "a@b.example"},
        {"session_days": 365},
        {"public_url": "http://localhost:8000", "metrics": True},
    ],
)
def test_what_is_safe_is_not_warned_about(folder: Path, settings: dict[str, Any]) -> None:
    assert unsafe(folder, **settings) == []


def found(check: Callable[[Settings], Any], **settings: Any) -> list[str]:
    return [each.sentence for each in check(Settings(**settings)) if not each.is_safe]


def test_a_database_elsewhere_wants_an_encrypted_way() -> None:
    there = "postgresql://us:pw@db.example/charter"
    assert "sslmode" in found(doctor.others, database_url=there)[0]
    assert found(doctor.others, database_url=f"{there}?sslmode=verify-full") == []
    assert found(doctor.others, database_url="postgresql://us:pw@localhost/charter") == []


def test_several_servers_want_one_secret() -> None:
    shared = {
        "database_url": "postgresql://localhost/charter",
        "redis_url": "rediss://:pw@redis.example",
    }
    assert "one secret" in found(doctor.secret, **shared)[0]
    assert found(doctor.secret, **shared, secret="s" * 43) == []


def test_a_secret_file_that_is_short_is_unsafe(folder: Path) -> None:
    (folder / "secret").write_bytes(b"short")
    assert "too short" in found(doctor.secret, data_folder=folder)[0]
    (folder / "secret").write_bytes(b"s" * 43)
    assert found(doctor.secret, data_folder=folder) == []


@pytest.mark.parametrize("name", ["secret", "charter.sqlite", "charter.sqlite-wal"])
def test_files_that_others_can_read_are_unsafe(folder: Path, name: str) -> None:
    file = folder / name
    file.write_bytes(b"s" * 43)
    file.chmod(0o644)
    assert found(doctor.files, data_folder=folder) == []
    folder.chmod(0o755)
    assert [said for said in found(doctor.files, data_folder=folder) if str(file) in said]
    file.chmod(0o600)
    assert found(doctor.files, data_folder=folder) == []


def test_root_is_not_who_should_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "root" in found(doctor.process)[0]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert found(doctor.process) == []


def test_an_old_python_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "version_info", (3, 10))
    assert "Python is too old" in found(doctor.process)[0]


def test_a_full_disk_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1024))
    assert "nearly full" in unsafe(folder)[0]


def test_a_group_without_a_lead_is_named(folder: Path) -> None:
    settings = Settings(data_folder=folder)
    upgrade(settings)
    engine = Store(settings.database).plain_engine()
    with engine.connect() as connection, connection.begin():
        connection.execute(
            text("INSERT INTO groups (id, slug, name, kind) VALUES ('g', 'kent', 'Kent', 'local')")
        )
    engine.dispose()
    (sentence,) = unsafe(folder)
    assert "Kent" in sentence


def test_a_database_of_another_version_is_said(folder: Path) -> None:
    settings = Settings(data_folder=folder)
    upgrade(settings)
    engine = Store(settings.database).plain_engine()
    with engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    assert "another version" in unsafe(folder)[0]


def test_a_file_that_is_no_database_is_said(folder: Path) -> None:
    (folder / "charter.sqlite").write_bytes(b"not a database at all" * 100)
    assert "cannot read the database" in unsafe(folder)[0]


def test_the_command_says_by_its_code_whether_all_is_safe(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert print_findings(Settings(data_folder=folder, **SAFE)) == 0  # type: ignore[arg-type]
    assert "UNSAFE" not in capsys.readouterr().out
    assert print_findings(Settings(data_folder=folder)) == 1
    assert capsys.readouterr().out.startswith("UNSAFE")
