import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server import commands
from server.__main__ import main
from server.errors import (
    FileTooBig,
    NotUtf8,
    NotWhole,
    Refusal,
    UnknownCharter,
    UnknownEdition,
    UnknownGroup,
)
from server.people.permits import Role
from server.settings import Settings, bundled
from server.store import Store
from server.writing import edition_files, editions, limits
from server.writing.markdown_in import parse
from tests.server.live.written import write_into

STARTER = bundled("charters", "national.md")
Run = Callable[..., str]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("OUR_CHARTER_DATABASE_URL", raising=False)
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that succeeds; returns what it printed."""

    def command(*words: object) -> str:
        assert main([*map(str, words), "--data", str(data)]) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return command


@pytest.fixture
def refused(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that is refused; returns the sentence."""

    def command(*words: object) -> str:
        assert main([*map(str, words), "--data", str(data)]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        return told.err

    return command


@pytest.fixture
def elsewhere(database_url: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The commands work on this database, once of each kind."""
    monkeypatch.setenv("OUR_CHARTER_DATABASE_URL", database_url)
    return database_url


def test_a_charter_comes_out_as_it_went_in(run: Run, elsewhere: str) -> None:
    charter_id = run("import", STARTER, "--group", "National").strip()
    assert re.fullmatch("[a-z2-7]{16}", charter_id)
    again = parse(run("export", charter_id).encode())
    assert again == parse(STARTER.read_bytes())


def test_an_export_has_the_edits_that_have_not_settled_yet(run: Run, data: Path) -> None:
    run("import", STARTER, "--group", "National", "--slug", "ours")
    write_into(Store(f"sqlite:///{data / 'charter.sqlite'}"), "ours", "Just now. ")
    assert "Just now." in run("export", "ours")


def test_a_group_is_made_when_it_is_missing_and_found_when_it_is_not(run: Run) -> None:
    one = run("import", STARTER, "--group", "Devon")
    two = run("import", STARTER, "--group", "devon")
    assert one != two
    assert run("token", "--person", "Ann", "--group", "Devon").strip()


def test_a_charter_is_found_by_its_short_name(run: Run) -> None:
    run("import", STARTER, "--group", "Devon", "--slug", "our-charter")
    assert run("export", "our-charter").startswith("---\ntitle:")


def test_a_short_name_in_use_is_refused_and_leaves_no_group_behind(run: Run, refused: Run) -> None:
    run("import", STARTER, "--group", "Devon", "--slug", "ours")
    assert "taken" in refused("import", STARTER, "--group", "Cornwall", "--slug", "ours")
    assert (
        refused("token", "--person", "Ann", "--group", "Cornwall") == f"{UnknownGroup.sentence}\n"
    )


def test_an_unknown_charter_cannot_be_exported(refused: Run) -> None:
    assert refused("export", "nothing") == f"{UnknownCharter.sentence}\n"


# Files


def test_a_file_that_is_not_utf8_is_refused(refused: Run, tmp_path: Path) -> None:
    file = tmp_path / "latin.md"
    file.write_bytes("# Tŷ\n\nCaffi".encode("utf-16"))
    assert refused("import", file, "--group", "Devon") == f"{NotUtf8.sentence}\n"


def test_a_file_that_is_too_big_is_refused(refused: Run, tmp_path: Path) -> None:
    file = tmp_path / "big.md"
    file.write_bytes(b"x" * (limits.FILE_BYTES + 1))
    assert refused("import", file, "--group", "Devon") == f"{FileTooBig.sentence}\n"


def test_two_statements_with_one_id_are_refused_with_both_lines(
    refused: Run, tmp_path: Path
) -> None:
    file = tmp_path / "twice.md"
    file.write_text(
        "# Ours\n\n### Statement 1\n<!-- statement id=k2m4p7aa -->\n\nOne.\n\n"
        "### Statement 2\n<!-- statement id=k2m4p7aa -->\n\nTwo.\n"
    )
    sentence = refused("import", file, "--group", "Devon")
    assert re.search(r"\b4\b", sentence)
    assert re.search(r"\b9\b", sentence)


@pytest.mark.parametrize("name", ["missing.md", "."])
def test_a_file_that_cannot_be_read_is_named(refused: Run, tmp_path: Path, name: str) -> None:
    assert str(tmp_path / name) in refused("import", tmp_path / name, "--group", "Devon")


def test_a_refused_file_makes_nothing(refused: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_bytes(b"\xff\xfe")
    refused("import", tmp_path / "empty.md", "--group", "Devon")
    assert refused("token", "--person", "Ann", "--group", "Devon") == f"{UnknownGroup.sentence}\n"


# People


def test_an_invitation_is_a_link_to_come_in(
    run: Run, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_CHARTER_PUBLIC_URL", "https://charter.example/")
    run("import", STARTER, "--group", "Devon")
    link = run("invite", "--group", "Devon", "--name", "Ann", "--role", "reader").strip()
    assert re.fullmatch(r"https://charter\.example/come-in/[\w-]{43}", link)
    assert link != run("invite", "--group", "Devon", "--name", "Ann").strip()


@pytest.mark.parametrize(
    ("chosen", "used"), [("", "console:"), ("smtp://localhost", "smtp://localhost")]
)
def test_the_example_prints_its_e_mails_where_no_mail_server_is_set(
    run: Run, monkeypatch: pytest.MonkeyPatch, chosen: str, used: str
) -> None:
    monkeypatch.setenv("OUR_CHARTER_SMTP_URL", chosen)
    served: list[Settings] = []
    monkeypatch.setattr(commands, "run_server", lambda settings, _prepare: served.append(settings))
    run("example")
    assert [settings.smtp_url for settings in served] == [used]


@pytest.mark.parametrize("command", [("invite", "--name", "Ann"), ("token", "--person", "Ann")])
def test_nobody_gets_into_an_unknown_group(refused: Run, command: tuple[str, ...]) -> None:
    assert refused(*command, "--group", "Nowhere") == f"{UnknownGroup.sentence}\n"


def test_a_key_is_printed_alone_and_each_time_a_new_one(run: Run) -> None:
    run("import", STARTER, "--group", "Devon")
    keys = {run("token", "--person", "Ann", "--group", "Devon").strip() for _ in range(2)}
    assert len(keys) == 2
    assert all(re.fullmatch(r"[\w-]{43}", key) for key in keys)


# The command line itself


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("dance",),
        ("import", "file.md"),
        ("invite", "--group", "Devon", "--name", "Ann", "--role", "king"),
        ("serve", "--port", "eight"),
    ],
)
def test_what_makes_no_sense_is_explained(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    assert ended.value.code == 2
    assert "usage: python -m server" in capsys.readouterr().err


def test_a_wrong_setting_is_told_in_one_sentence(
    refused: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUR_CHARTER_PORT", "eight")
    sentence = refused("export", "ours")
    assert sentence == "OUR_CHARTER_PORT must be a number, not 'eight'.\n"


def test_ctrl_c_ends_quietly(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "serve", stop)
    assert main(["serve", "--data", str(data)]) == 130


def test_every_command_is_listed_with_what_it_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "server", "--help"], capture_output=True, text=True, check=True
    )
    for name in ("serve", "example", "import", "export", "compare", "merge", "invite", "token"):
        assert re.search(rf"^ +{name} +[A-Z].+", done.stdout, re.MULTILINE)


def test_roles_are_those_of_the_permits() -> None:
    assert {role.value for role in Role} == {"member", "reader", "organiser"}


# Editions

EDITION = Path(__file__).parents[1] / "wire" / "edition.md"
DIGEST = "05dea793a88c492c0cdd02445f5d07b309b1141e71abe32994d707e09969b028"


def test_an_edition_is_verified_without_a_database(run: Run, data: Path) -> None:
    told = run("verify", EDITION)
    assert "Ein Siarter, edition 2, Second edition, by Devon, published on 2026-11-03" in told
    assert "This edition is whole." in told
    assert DIGEST in told
    assert not data.exists()


def test_an_edition_is_verified_against_the_digest_of_its_page(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "This edition is whole." in run("verify", EDITION, "--digest", DIGEST.upper())
    assert main(["verify", str(EDITION), "--digest", "0" * 64]) == 1
    told = capsys.readouterr()
    assert "whole" not in told.out
    assert told.err == "This file is another edition than the one you asked about.\n"


def test_one_letter_is_told_with_its_statement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "edition.md"
    file.write_text(EDITION.read_text("utf-8").replace("I choose", "I chose"), "utf-8")
    assert main(["verify", str(file)]) == 1
    told = capsys.readouterr()
    assert "Statement 1 is not what was published." in told.out
    assert "whole" not in told.out
    assert told.err == f"{NotWhole.sentence}\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("charter.md", "We could not find an edition in this file.\n"),
        ("nothing.md", "We could not read the file"),
        ("huge.json", "This file is too big for a Charter.\n"),
    ],
)
def test_what_is_no_edition_is_not_verified(
    refused: Run, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "charter.md").write_bytes(STARTER.read_bytes())
    with (tmp_path / "huge.json").open("wb") as huge:
        huge.truncate(edition_files.LARGEST + 1)
    assert refused("verify", tmp_path / name).startswith(sentence)


def publish(database: str, charter_id: str) -> None:
    """Publish what a Charter says now."""

    async def work() -> None:
        store = Store(database)
        async with store.session() as session:
            await editions.publish(session, charter_id)
        await store.close()

    asyncio.run(work())


@pytest.fixture
def edition(run: Run, elsewhere: str) -> str:
    """The name of the first edition of the starter Charter."""
    publish(elsewhere, run("import", STARTER, "--group", "National", "--slug", "national").strip())
    return "national@1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A text file that a place made of the starter Charter: one kept, one reworded, one new."""
    file = tmp_path / "ours.txt"
    file.write_text(
        "I choose who I live with.\n\nWe take our time to find people who fit together well.\n\n"
        "The boat to the island is free for us.\n"
    )
    return file


def test_a_file_becomes_a_version_of_an_edition(run: Run, edition: str, file: Path) -> None:
    printed = run("adapt", edition, file, "--group", "Kent", "--yes")
    assert "statement 1 (sure): I choose who I live with." in printed
    assert "new (new): The boat to the island is free for us." in printed
    assert "not in the file: statement 3: It is my home too." in printed
    exported = run("export", printed.split()[-1])
    assert "We take our time to find people who fit together well." in exported
    assert "statement id=ikbitofocqkhagip" in exported


def test_who_runs_it_is_asked_about_what_is_doubtful(
    run: Run, edition: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(question: str) -> str:
        asked.append(question)
        return "25" if "boat" in question else ""

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    printed = run("adapt", "national", file, "--group", "Kent")
    assert any("The boat to the island" in question for question in asked)
    exported = run("export", printed.split()[-1])
    number_25 = exported[exported.index("statement id=ss6qv3oykjtacovm") :]
    assert number_25.splitlines()[2] == "The boat to the island is free for us."


def test_nothing_is_made_where_nobody_can_be_asked(
    run: Run, edition: str, file: Path, capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    assert main(["adapt", edition, str(file), "--group", "Kent", "--data", str(data)]) == 1
    assert "--yes" in capsys.readouterr().err
    assert main(["export", "kent", "--data", str(data)]) == 1


@pytest.mark.parametrize(
    ("name", "told"),
    [("national@9", UnknownEdition), ("national@x", UnknownEdition), ("no@1", UnknownCharter)],
)
def test_an_edition_that_is_none_is_refused(
    refused: Run, file: Path, edition: str, name: str, told: type[Refusal]
) -> None:
    assert refused("adapt", name, file, "--group", "Kent", "--yes") == f"{told.sentence}\n"


def test_a_charter_without_an_edition_cannot_be_adapted(run: Run, refused: Run, file: Path) -> None:
    run("import", STARTER, "--group", "National", "--slug", "national")
    assert refused("adapt", "national", file, "--group", "Kent", "--yes") == (
        f"{UnknownEdition.sentence}\n"
    )
