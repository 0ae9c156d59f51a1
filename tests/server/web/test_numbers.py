import re

import pytest
from starlette.requests import Request
from starlette.routing import compile_path

from server.errors import UnknownPage
from server.web.numbers import NUMBER, page_asked


def asking(query: str) -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": []})


def test_without_a_number_the_first_page_is_asked_for() -> None:
    assert page_asked(asking("")) == 1
    assert page_asked(asking("page=12")) == 12


@pytest.mark.parametrize("page", ["x", "-1", "", "%D9%A3", "9" * 10])
def test_what_is_no_number_is_no_page(page: str) -> None:
    with pytest.raises(UnknownPage):
        page_asked(asking(f"page={page}"))


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
