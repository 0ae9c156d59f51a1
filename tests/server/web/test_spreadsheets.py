import csv
import io

import pytest

from server.web.spreadsheets import csv_answer, csv_text, safe


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\n=1", "'\n=1"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("We = us", "We = us"),
        ("", ""),
        (None, ""),
        (-3, "-3"),
    ],
)
def test_no_cell_is_a_formula(value: str | int | None, cell: str) -> None:
    assert safe(value) == cell


def test_rows_are_read_as_they_were_given() -> None:
    rows = [("Name", "Words"), ("Ann", 'She said: "no", twice\nand left')]
    text = csv_text(rows).removeprefix("\ufeff")
    assert [tuple(row) for row in csv.reader(io.StringIO(text))] == rows


def test_a_file_is_kept_and_not_opened() -> None:
    answer = csv_answer([("a",)], "record.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="record.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
