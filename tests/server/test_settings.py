from dataclasses import fields
from pathlib import Path

import pytest

from server.errors import BadSetting
from server.settings import PREFIX, Settings, bundled


def test_without_an_environment_everything_has_its_default() -> None:
    assert Settings.from_environment({}) == Settings()


def test_each_setting_is_read_from_its_own_variable() -> None:
    given = {
        Path: "/srv/charter",
        bool: "yes",
        int: "7",
        float: "0.25",
        str: "something",
    }
    meant = {Path: Path("/srv/charter"), bool: True, int: 7, float: 0.25, str: "something"}
    for field in fields(Settings):
        kind = next((kind for kind in given if isinstance(field.default, kind)), str)
        settings = Settings.from_environment({PREFIX + field.name.upper(): given[kind]})
        assert getattr(settings, field.name) == meant[kind], field.name


def test_other_variables_are_none_of_our_business() -> None:
    assert Settings.from_environment({"PORT": "1", "OUR_CHARTER": "x"}) == Settings()


def test_the_command_line_wins_over_the_environment() -> None:
    settings = Settings.from_environment({"OUR_CHARTER_PORT": "1"}, port=2)
    assert settings.port == 2


def test_what_was_not_said_on_the_command_line_changes_nothing() -> None:
    assert Settings.from_environment({"OUR_CHARTER_PORT": "1"}, port=None).port == 1


def test_an_empty_variable_is_as_good_as_none() -> None:
    empty = {PREFIX + field.name.upper(): "" for field in fields(Settings)}
    assert Settings.from_environment(empty) == Settings()


@pytest.mark.parametrize("text", ["1", "yes", "true", "on", "Yes"])
def test_yes_can_be_said_in_several_ways(text: str) -> None:
    assert Settings.from_environment({"OUR_CHARTER_METRICS": text}).metrics is True


@pytest.mark.parametrize("text", ["0", "no", "false", "off", "NO"])
def test_no_can_be_said_in_several_ways(text: str) -> None:
    assert Settings.from_environment({"OUR_CHARTER_METRICS": text}).metrics is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "eight"),
        ("PORT", "-1"),
        ("METRICS", "perhaps"),
        ("TICK_AT_MOST", "soon"),
        ("TICK_AT_MOST", "nan"),
        ("SETTLE_AFTER", "-1"),
        ("READER_PATIENCE", "inf"),
        ("FRAMES_PER_SECOND", "0"),
        ("FRAME_LIMIT", "1.5"),
        ("ENGINE_WORKERS", "0"),
    ],
)
def test_a_wrong_value_is_refused_and_its_variable_named(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment({PREFIX + name: text})
    assert PREFIX + name in refused.value.sentence
    assert repr(text) in refused.value.sentence


def test_any_free_port_may_be_asked_for() -> None:
    assert Settings.from_environment({"OUR_CHARTER_PORT": "0"}).port == 0


def test_the_database_is_a_file_in_the_data_folder_unless_one_is_set() -> None:
    folder = Path("/srv/charter")
    assert Settings(data_folder=folder).database == "sqlite:////srv/charter/charter.sqlite"
    address = "postgresql://charter@db/charter"
    assert Settings(data_folder=folder, database_url=address).database == address


@pytest.mark.parametrize(
    ("public_url", "address", "secure"),
    [
        (None, "http://localhost:8000", False),
        ("https://charter.example/", "https://charter.example", True),
        ("http://charter.example", "http://charter.example", False),
    ],
)
def test_the_address_people_use_decides_whether_cookies_are_secure(
    public_url: str | None, address: str, secure: bool
) -> None:
    settings = Settings(public_url=public_url)
    assert (settings.address, settings.secure) == (address, secure)


def test_a_data_folder_that_we_make_is_for_us_alone(tmp_path: Path) -> None:
    made = Settings(data_folder=tmp_path / "charters" / "data")
    made.make_data_folder()
    made.make_data_folder()
    assert made.data_folder.stat().st_mode & 0o777 == 0o700


def test_a_data_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    Settings(data_folder=tmp_path / "data").make_data_folder()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o750


def test_what_comes_with_the_program_is_found() -> None:
    assert bundled("charters").is_dir()
    assert bundled("client", "templates").is_dir()
