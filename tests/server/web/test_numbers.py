import re

import pytest
from starlette.routing import compile_path

from server.web.numbers import NUMBER


@pytest.mark.parametrize(
    ("asked", "found"),
    [("/editions/7", 7), ("/editions/999999999", 999_999_999)],
)
def test_a_number_of_nine_digits_is_read(asked: str, found: int) -> None:
    pattern, _, convertors = compile_path(f"/editions/{NUMBER}")
    match = re.match(pattern, asked)
    assert match is not None
    assert convertors["number"].convert(match["number"]) == found


@pytest.mark.parametrize("asked", ["1000000000", "9" * 40, "-1", "x", ""])
def test_what_no_database_takes_is_of_no_page(asked: str) -> None:
    pattern, _, _ = compile_path(f"/editions/{NUMBER}")
    assert re.match(pattern, f"/editions/{asked}") is None
