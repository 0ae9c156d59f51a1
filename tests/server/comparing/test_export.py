import csv
import io

from server.comparing import align, export, matrix
from server.comparing.align import Part
from server.comparing.grouping import Group
from server.comparing.matrix import Difference, Entry, Version
from server.comparing.side import Side
from server.web.spreadsheets import csv_text
from tests.server.comparing.places import charter

OURS = charter("Ours", "# h: Home", "a: I choose.", "b: We meet.")
THEIRS = charter("Theirs", "# h: Home", "a: I decide. (=1+1)", "-b: We meet.", "c: =HYPERLINK")


def read(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_comparison_as_rows_says_what_became_of_each_item() -> None:
    comparison = align.compare(OURS, THEIRS)
    rows = read(csv_text(export.comparison_rows(comparison, ("One", "Two"), frozenset())))
    by_id = {row[0]: row for row in rows}
    assert by_id["Id"][6:8] == ["Words: One", "Words: Two"]
    assert by_id["a"][2] == "reworded"
    assert by_id["a"][3].startswith("We ")
    assert by_id["a"][4:] == [
        "1",
        "1",
        "I choose.",
        "I decide.",
        "",
        "",
        "'=1+1",
    ]
    assert by_id["b"][2] == "left out"
    assert by_id["c"][7] == "'=HYPERLINK"


def test_words_that_cannot_be_read_are_in_no_file_and_it_says_why() -> None:
    comparison, gone = align.compare(OURS, THEIRS), frozenset({"a"})
    for hidden, said in (
        (frozenset[str](), "words taken away for good"),
        (gone, "words hidden by a group"),
    ):
        rows = csv_text(export.comparison_rows(comparison, ("One", "Two"), gone, hidden))
        assert "choose" not in rows
        assert said in rows


def test_a_comparison_as_data_has_both_sides() -> None:
    sides = (
        Side("ours@1", "ours", "National", 1, OURS),
        Side("theirs", "theirs", "Avon", None, THEIRS, frozenset({"b"})),
    )
    found = export.comparison_json(align.compare(OURS, THEIRS), *sides)
    assert (found["from"]["edition"], found["to"]["edition"]) == (1, None)
    assert found["counts"] == {"kept": 0, "reworded": 1, "left out": 1, "added": 1, "moved": 0}
    by_id = {item["id"]: item for item in found["items"]}
    assert by_id["a"]["parts"] == ["why", "words"]
    assert by_id["a"]["to"]["words"] == [{"paragraph": [{"text": "I decide."}]}]
    assert (by_id["b"]["removed"], by_id["b"]["hidden"]) == (True, False)
    assert by_id["c"]["from"] is None


def table() -> matrix.Worked:
    national = [Entry("h", "H", is_heading=True), Entry("a", "A"), Entry("b", "B")]
    other = [national[0], Entry("a", "A2", has_why=True), Entry("x", "X"), Entry("b", "B", True)]
    made = matrix.table(
        national,
        [Version(national), Version(other)],
        lambda _a, _b: Difference(frozenset({Part.WORDS}), 0.7),
    )
    return matrix.Worked(made, (Group((0,)),))


TEXTS = {"H": "Home", "A": "I choose.", "B": "We meet.", "X": "=Bus", "A2": "I decide."}
WHYS = {(1, "a"): "Because."}


def test_the_table_as_rows_is_the_table_as_shown() -> None:
    made = table()
    rows = read(
        csv_text(export.table_rows(made.table, made.groups, ["Avon", "Barry"], TEXTS, WHYS))
    )
    assert rows == [
        ["Number", "Part", "Statement", "All places", "Avon", "Barry"],
        [
            "",
            "",
            "All statements",
            "2 kept, 1 reworded, 1 left out, 1 added",
            "2 kept",
            "1 reworded, 1 left out, 1 added",
        ],
        [
            "1",
            "Home",
            "I choose.",
            "1 kept, 1 reworded",
            "Kept",
            "Reworded, 7 of 10 words the same. Why: Because.",
        ],
        ["2", "Home", "We meet.", "1 kept, 1 left out", "Kept", "Left out"],
        ["", "Home", "'=Bus", "1 added", "", "Added\n=Bus"],
    ]


def test_the_table_as_data_has_a_cell_for_each_place() -> None:
    made = table()
    found = export.table_json(made.table, made.groups, TEXTS, WHYS)
    assert found["statements"][0]["places"] == [
        {"stance": "kept"},
        {"stance": "reworded", "parts": ["words"], "similarity": 0.7, "why": "Because."},
    ]
    assert found["added"] == [
        [
            {
                "id": "x",
                "place": 1,
                "heading": "h",
                "wording": "X",
                "words": "=Bus",
                "stance": "added",
            }
        ]
    ]
    assert found["counts"] == {"kept": 2, "reworded": 1, "left out": 1, "added": 1}
