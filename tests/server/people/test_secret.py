from pathlib import Path

import pytest

from server.errors import BadSetting
from server.people.secret import FILE, keyed_hash, secret_of
from server.settings import Settings


def test_a_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path / "new")
    made = secret_of(settings)
    file = settings.data_folder / FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(made) >= 43
    assert secret_of(settings) == made == file.read_bytes()


def test_a_secret_that_is_set_comes_first(tmp_path: Path) -> None:
    assert secret_of(Settings(data_folder=tmp_path, secret="given" * 8)) == b"given" * 8
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_is_set_too_short_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="OUR_CHARTER_SECRET is too short"):
        secret_of(Settings(data_folder=tmp_path, secret="x" * 31))


def test_servers_that_share_a_database_are_given_one_secret() -> None:
    compose = (Path(__file__).parents[3] / "compose.yaml").read_text()
    shared = compose.partition("environment: &settings")[2].partition("volumes:")[0]
    assert "OUR_CHARTER_SECRET: ${SECRET:?" in shared


def test_the_hash_of_a_code_needs_the_secret() -> None:
    assert keyed_hash(b"one", "K7MQ") == keyed_hash(b"one", "K7MQ") != keyed_hash(b"two", "K7MQ")


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    made = secret_of(settings)
    file = tmp_path / FILE
    file.chmod(0o644)
    assert secret_of(settings) == made
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_was_cut_short_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"short")
    with pytest.raises(BadSetting, match="too short"):
        secret_of(Settings(data_folder=tmp_path))


def test_nothing_else_is_left_beside_the_secret(tmp_path: Path) -> None:
    secret_of(Settings(data_folder=tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
