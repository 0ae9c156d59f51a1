from pathlib import Path

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
    assert secret_of(Settings(data_folder=tmp_path, secret="given")) == b"given"
    assert list(tmp_path.iterdir()) == []


def test_the_hash_of_a_code_needs_the_secret() -> None:
    assert keyed_hash(b"one", "K7MQ") == keyed_hash(b"one", "K7MQ") != keyed_hash(b"two", "K7MQ")
