"""The pages of sharing back: offering our words, the receipt, and what was offered to a group."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.adapting import offers
from server.adapting.asking import charter_for, settle
from server.adapting.elsewhere import elsewhere
from server.adapting.offers import Offer, Reply, Shareable, Step
from server.adapting.simple_text import to_text
from server.adapting.taking import print_of
from server.comparing import words
from server.comparing.align import Stance
from server.errors import (
    BeingWritten,
    NotFilledIn,
    NothingToShare,
    OfferOver,
    Refusal,
    SharedAlready,
    WordsChanged,
    WordsRemoved,
)
from server.people.permits import Action, Who, may
from server.web.forms import read_form, text_of
from server.web.templates import Templates
from server.writing import limits
from server.writing.authors import author_of
from server.writing.charter import Charter, Item
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow

SEE_OTHER = 303

_AGAIN = (BeingWritten, NotFilledIn, OfferOver, WordsChanged, WordsRemoved)
_STEPS = {"take": Step.TAKEN, "answer": Step.ANSWERED, "close": Step.CLOSED}


# The group that shares


async def show_share(request: Request) -> Response:
    """What we would share, and why."""
    row, found = await _shareable(request)
    why = "" if found.change.new is None else to_text(found.change.new.why)
    return _share_page(request, row, found, {"why": why})


async def share(request: Request) -> Response:
    """Share it, and show the receipt."""
    form = await read_form(request)
    row, found = await _shareable(request)
    who: Who = request.state.who
    why = text_of(form, "why").strip()
    try:
        _check_length(why)
        async with request.app.state.store.session() as session:
            await offers.share(
                session, who, row, found.change.item_id, why=why, seen=text_of(form, "seen")
            )
    except (NotFilledIn, WordsChanged, SharedAlready, NothingToShare) as refusal:
        row, found = await _shareable(request)
        values = {"why": why, "wrong": refusal.sentence}
        return _share_page(request, row, found, values, refusal.status)
    return RedirectResponse(f"/charters/{row.slug}/shared", SEE_OTHER)


async def show_shared(request: Request) -> Response:
    """Our receipt: everything that we shared, and what became of it."""
    async with request.app.state.store.reading() as session:
        row = await _charter(request, session, Action.WATCH)
        found = await offers.offers_of(session, row.id)
        ours = await read_charter(session, row.id)
    # Not beside what the other group is writing just now: that is their own affair.
    told = [_told(offer, None, ours) for offer in found]
    return _page(request, "adapting/shared.html", row, {"offers": told})


# The group that was offered something


async def show_offers(request: Request) -> Response:
    """All that places shared with us: what is open first."""
    async with request.app.state.store.reading() as session:
        row = await _charter(request, session, Action.WATCH)
        found = await offers.offers_to(session, row.id)
        charter = await read_charter(session, row.id)
    told = [_told(offer, charter, None) for offer in found]
    values = {
        "open": [each for each in told if not each["offer"].is_over],
        "over": [each for each in told if each["offer"].is_over],
    }
    return _page(request, "adapting/offers.html", row, values)


async def show_offer(request: Request) -> Response:
    """One offer: their words beside ours, and what other places did."""
    return await _offer_page(request)


async def reply(request: Request) -> Response:
    """Take the words into our draft, answer, or close with thanks."""
    form = await read_form(request)
    who: Who | None = request.state.who
    chosen, said = text_of(form, "step"), text_of(form, "words").strip()
    async with request.app.state.store.reading() as session:
        row = await _charter(request, session, Action.WRITE)
        offer = await offers.offer_to(session, row.id, request.path_params["offer"])
        national = await read_charter(session, row.id)
        theirs = await read_charter(session, offer.charter.id)
    assert who is not None  # noqa: S101 -- nobody writes without being signed in
    try:
        if chosen not in _STEPS:
            raise NotFilledIn("Choose what you want to do.")
        if chosen == "answer" and not said:
            raise NotFilledIn("Write your answer.")
        _check_length(said)
        if offer.is_over:
            raise OfferOver
        answer = Reply(offer, _STEPS[chosen], said, author_of(who, row))
        if chosen == "take":
            if text_of(form, "seen") != print_of(national.item(offer.row.item_id)):
                raise WordsChanged
            await answer.take(request.app.state.rooms, offer.wanted(national, theirs))
            await settle(request.app.state.rooms, row.id)
        else:
            async with request.app.state.store.session() as session:
                await answer.say(session)
    except _AGAIN as refusal:
        return await _offer_page(request, refusal, {"said": said, "chosen": chosen})
    if chosen == "take":
        return RedirectResponse(f"/charters/{row.slug}/draft#s-{offer.row.item_id}", SEE_OTHER)
    return RedirectResponse(f"/charters/{row.slug}/offers", SEE_OTHER)


# What the pages show


async def _shareable(request: Request) -> tuple[CharterRow, Shareable]:
    async with request.app.state.store.reading() as session:
        row = await _charter(request, session, Action.WRITE)
        item_id: str = request.path_params["item"]
        return row, await offers.shareable(session, request.state.who, row, item_id)


async def _offer_page(
    request: Request, refusal: Refusal | None = None, values: Mapping[str, Any] | None = None
) -> Response:
    async with request.app.state.store.reading() as session:
        row = await _charter(request, session, Action.WATCH)
        offer = await offers.offer_to(session, row.id, request.path_params["offer"])
        charter = await read_charter(session, row.id)
        theirs = await read_charter(session, offer.charter.id)
        others = await elsewhere(session, offer)
    shown = {
        **_told(offer, charter, theirs),
        "elsewhere": others,
        "seen": print_of(charter.item(offer.row.item_id)),
        "wrong": None if refusal is None else refusal.sentence,
        "wrong_field": isinstance(refusal, NotFilledIn),
        **(values or {}),
    }
    return _page(
        request, "adapting/offer.html", row, shown, 200 if refusal is None else refusal.status
    )


def _told(offer: Offer, national: Charter | None, theirs: Charter | None) -> dict[str, Any]:
    """An offer with the statement it is about, as the `national` Charter has it now.

    `theirs` is the version that it came from, where it is shown whether that changed since.
    """
    item_id = offer.row.item_id
    there = None if national is None else national.item(item_id)
    shown = there if there is not None and not there.left_out else None
    own = None if theirs is None else theirs.item(item_id)
    numbers = [each.numbers.get(item_id) for each in (national, theirs) if each is not None]
    number = next((each for each in numbers if each is not None), None)
    return {
        "offer": offer,
        "stance": str(offer.stance),
        "number": number,
        "now": shown,
        "changes": _changes(offer, shown),
        "changed_since": theirs is not None and _changed_since(offer, own),
        "report": f"what=offer&offer={offer.row.id}",
        "steps": [
            {
                "id": step.id,
                "step": step.step,
                "words": "" if step.id in offer.hidden else step.words,
                "hidden": offer.hidden.get(step.id),
                "at": step.at,
            }
            for step in offer.steps
        ],
    }


def _changes(offer: Offer, shown: Item | None) -> words.Changes | None:
    """Their words marked against ours; None where there is nothing to mark."""
    if shown is None or offer.says is None or offer.stance is Stance.LEFT_OUT:
        return None
    found = words.changes(shown.words, offer.says.words)
    return None if found.is_same else found


def _changed_since(offer: Offer, own: Item | None) -> bool:
    """Whether the place says something else by now than what it offered."""
    if offer.stance is Stance.LEFT_OUT:
        return own is not None and not own.left_out
    if own is None or own.left_out or offer.says is None:
        return True
    return (own.words, own.meaning, own.picture) != (
        offer.says.words,
        offer.says.meaning,
        offer.says.picture,
    )


def _check_length(text: str) -> None:
    if len(text) > limits.WHY:
        raise NotFilledIn(f"This is too long. Use at most {limits.WHY} letters.")


async def _charter(request: Request, session: AsyncSession, action: Action) -> CharterRow:
    return await charter_for(session, request.state.who, request.path_params["slug"], action)


def _share_page(
    request: Request,
    row: CharterRow,
    found: Shareable,
    values: Mapping[str, Any],
    status: int = 200,
) -> Response:
    change = found.change
    ours = change.new if change.new is not None and not change.new.left_out else None
    theirs = change.old if change.old is not None and not change.old.left_out else None
    changes = None
    if ours is not None and theirs is not None:
        changes = words.changes(theirs.words, ours.words)
    shown = {
        "of_group": found.of_group,
        "of_language": found.of_charter.language,
        "stance": str(change.stance),
        "number": found.charter.numbers.get(change.item_id) or change.number_old,
        "ours": ours,
        "theirs": theirs,
        "changes": None if changes is None or changes.is_same else changes,
        "seen": found.seen,
        **values,
    }
    return _page(request, "adapting/share.html", row, shown, status)


def _page(
    request: Request, template: str, row: CharterRow, values: Mapping[str, Any], status: int = 200
) -> Response:
    templates: Templates = request.app.state.templates
    shown = {
        "slug": row.slug,
        "title": row.title,
        "language": row.language,
        "may_write": may(request.state.who, Action.WRITE, row),
        **values,
    }
    return templates.page(request, template, shown, status)


routes = [
    Route("/charters/{slug}/share/{item}", show_share),
    Route("/charters/{slug}/share/{item}", share, methods=["POST"]),
    Route("/charters/{slug}/shared", show_shared),
    Route("/charters/{slug}/offers", show_offers),
    Route("/charters/{slug}/offers/{offer}", show_offer),
    Route("/charters/{slug}/offers/{offer}", reply, methods=["POST"]),
]
