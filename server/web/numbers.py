"""Numbers in addresses, with no more digits than every database takes."""

from starlette.convertors import IntegerConvertor, register_url_convertor


class ShortNumber(IntegerConvertor):
    """Up to nine digits; an address with more is of no page of ours."""

    regex = "[0-9]{1,9}"


register_url_convertor("short", ShortNumber())

# For routes: f"/charters/{{slug}}/editions/{NUMBER}".
NUMBER = "{number:short}"
