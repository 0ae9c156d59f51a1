"""Confirm in a terminal what each part of a file seems to be."""

from collections.abc import Callable, Iterator

from server.adapting.bringing_in import Doubt, Proposal, doubtful_first
from server.writing import rich_text
from server.writing.charter import Charter, Item

_DOUBTS = {Doubt.PERHAPS: "perhaps", Doubt.NEW: "new", Doubt.SURE: "sure"}


def listed(national: Charter, proposals: tuple[Proposal, ...]) -> Iterator[str]:
    """What was found, a line each, the doubtful parts first; then what no part seems to be."""
    numbers = national.numbers
    for one in doubtful_first(proposals):
        found = "new" if one.national_id is None else f"statement {numbers[one.national_id]}"
        yield f"{found} ({_DOUBTS[one.doubt]}): {_plain(one.item)}"
    found_ones = {one.national_id for one in proposals}
    for item in national.statements:
        if item.id not in found_ones and not item.left_out:
            yield f"not in the file: statement {numbers[item.id]}: {_plain(item)}"


def confirm(
    national: Charter, proposals: tuple[Proposal, ...], ask: Callable[[str], str]
) -> dict[str, str | None]:
    """Ask about each doubtful part until the answer is one; returns the choices.

    An answer is empty (it is right), "new", or the number of a statement.
    """
    numbers = {str(number): item_id for item_id, number in national.numbers.items()}
    choices: dict[str, str | None] = {}
    for one in doubtful_first(proposals):
        if one.doubt is Doubt.SURE:
            continue
        while True:
            answer = ask(_question(national, one)).strip().lower()
            if answer == "new":
                choices[one.item.id] = None
            elif answer in numbers:
                choices[one.item.id] = numbers[answer]
            elif answer:
                continue
            break
    return choices


def _question(national: Charter, one: Proposal) -> str:
    seems = "It seems to be new."
    if one.national_id is not None and (item := national.item(one.national_id)) is not None:
        number = national.numbers[one.national_id]
        seems = f"It seems to be statement {number}: {_plain(item)}"
    return (
        f"\nYour file says: {_plain(one.item)}\n{seems}\n"
        "Press Enter if that is right. Else write a number, or new: "
    )


def _plain(item: Item) -> str:
    return " ".join(rich_text.plain(item.words).split())
