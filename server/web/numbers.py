"""Numbers in addresses, with no more digits than every database takes."""

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request

from server.errors import UnknownPage


class ShortNumber(IntegerConvertor):
    """Up to nine digits; an address with more is of no page of ours."""

    regex = "[0-9]{1,9}"


register_url_convertor("short", ShortNumber())

# For routes: f"/charters/{{slug}}/editions/{NUMBER}".
NUMBER = "{number:short}"


def page_asked(request: Request) -> int:
    """Which page of a list is asked for by `?page=`, from 1. Raises UnknownPage for no number."""
    page = request.query_params.get("page", "1")
    if not (page.isascii() and page.isdecimal() and len(page) < 10):
        raise UnknownPage
    return int(page)
