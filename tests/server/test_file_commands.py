import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.__main__ import main
from server.file_commands import TO_LOOK_AT
from server.settings import bundled
from tests.server.comparing.word_files import paragraph, word

NATIONAL = bundled("charters", "national.md")
Run = Callable[..., str]

BEFORE = "# Ours\n\n## Home\n\nI choose who I live with.\n\nYou knock before you come in.\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command that ends with the code given; returns what it printed."""

    def command(*words: object, code: int = 0) -> str:
        assert main([*map(str, words)]) == code
        told = capsys.readouterr()
        assert told.err == ""
        return told.out

    return command


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Make a file."""

    def make(name: str, body: str | bytes) -> Path:
        made = tmp_path / name
        made.write_bytes(body if isinstance(body, bytes) else body.encode())
        return made

    return make


Make = Callable[[str, str | bytes], Path]


def test_a_file_says_the_same_as_itself(run: Run) -> None:
    assert run("compare", NATIONAL, NATIONAL).endswith(" kept.\n")
    assert "0 settled, 0 proposed, 0 to choose" in run("merge", NATIONAL, NATIONAL, NATIONAL)


def test_what_a_file_changed_is_told_without_ids_and_across_kinds(run: Run, file: Make) -> None:
    after = word(
        paragraph("Ours", style="Title"),
        paragraph("Home", style="heading1"),
        paragraph("I decide who I live with."),
        paragraph("You knock before you come in."),
        paragraph("I have a key."),
    )
    told = run("compare", file("a.md", BEFORE), file("b.docx", after), code=TO_LOOK_AT)
    assert "Statement 1: reworded\n  We changed “choose” to “decide”.\n" in told
    assert "Statement 3: added\n" in told
    assert told.endswith("3 statements: 1 kept, 1 reworded, 1 added.\n")


def test_a_new_title_alone_is_a_difference(run: Run, file: Make) -> None:
    other = file("b.md", BEFORE.replace("# Ours", "# Theirs"))
    told = run("compare", file("a.md", BEFORE), other, code=TO_LOOK_AT)
    assert told.startswith("Title: [-Ours-] {+Theirs+}\n")


def test_compare_as_json_has_the_documented_form(run: Run, file: Make) -> None:
    first, second = file("a.md", BEFORE), file("b.md", BEFORE.replace("choose", "decide"))
    found = json.loads(run("compare", first, second, "--json", code=TO_LOOK_AT))
    assert (found["from"]["version"], found["to"]["version"]) == (str(first), str(second))
    assert found["from"]["title"] == "Ours"
    assert found["counts"]["reworded"] == 1
    item = next(item for item in found["items"] if item["stance"] == "reworded")
    assert item["parts"] == ["words"]
    assert item["sentences"] == ["We changed “choose” to “decide”."]
    assert item["to"]["words"] == [{"paragraph": [{"text": "I decide who I live with."}]}]


def test_a_merge_without_ids_is_settled_where_one_side_changed(run: Run, file: Make) -> None:
    base = file("base.txt", BEFORE.replace("#", ""))
    ours = file("ours.md", BEFORE.replace("choose", "decide"))
    theirs = file("theirs.md", BEFORE.replace("come in", "enter") + "\nI have a key.\n")
    told = run("merge", base, ours, theirs)
    assert "Statement 1: settled: ours\n" in told
    assert "Statement 2: settled: theirs\n" in told
    assert "Statement 3: settled: theirs\n" in told
    assert told.endswith("1 the same, 3 settled, 0 proposed, 0 to choose.\n")


def test_what_both_added_alike_is_one_statement(run: Run, file: Make) -> None:
    base, both = file("base.md", BEFORE), BEFORE + "\nI have a key.\n"
    told = run("merge", base, file("ours.md", both), file("theirs.md", both))
    assert "Statement 3: settled: both did the same\n" in told


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        (("choose", "decide"), ("choose", "say"), "Statement 1: to choose"),
        (("You knock", "We knock"), ("come in", "enter"), "Statement 2: proposed: a mix"),
    ],
)
def test_a_merge_that_people_look_at_ends_with_a_code_of_its_own(
    run: Run, file: Make, ours: tuple[str, str], theirs: tuple[str, str], told: str
) -> None:
    files = (
        file("base.md", BEFORE),
        file("ours.md", BEFORE.replace(*ours)),
        file("theirs.md", BEFORE.replace(*theirs)),
    )
    assert f"{told}\n" in run("merge", *files, code=TO_LOOK_AT)
    found = json.loads(run("merge", *files, "--json", code=TO_LOOK_AT))
    assert [found[side]["version"] for side in ("base", "ours", "theirs")] == list(map(str, files))
    assert found["counts"]["choose"] + found["counts"]["proposed"] == 1


@pytest.mark.parametrize(
    ("name", "body", "sentence"),
    [
        ("b.pdf", "Hello", "We take Word files (.docx) and text files (.txt or .md)."),
        ("b.docx", "Hello", "This file is not what its name says. Save it again."),
        ("b.txt", "", "We found no words in this file."),
        ("b.md", "x" * 10_000_001, "This file is too big for a Charter."),
    ],
)
def test_a_file_that_is_refused_is_told_in_one_sentence(
    file: Make, capsys: pytest.CaptureFixture[str], name: str, body: str, sentence: str
) -> None:
    assert main(["compare", str(file("a.md", BEFORE)), str(file(name, body))]) == 1
    assert capsys.readouterr() == ("", f"{sentence}\n")


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.md"
    assert main(["compare", str(missing), str(missing)]) == 1
    assert str(missing) in capsys.readouterr().err


def test_no_data_folder_is_made(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("compare", NATIONAL, NATIONAL)
    assert list(tmp_path.iterdir()) == []
