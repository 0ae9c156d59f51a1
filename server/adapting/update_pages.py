"""The pages of a national update: everything at a glance, and one question at a time.

A press tells what its page showed: the edition, and a print of our words. Where either is no longer
right, the question is asked again as it is now, with all that was written in it.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.adapting import answers
from server.adapting.answers import Choice
from server.adapting.asking import charter_for, settle
from server.adapting.decisions import Decision, Undoing
from server.adapting.simple_text import from_text
from server.adapting.taking import Wanted
from server.adapting.telling import told
from server.adapting.updates import OurUpdate, seen_of, update_of
from server.adapting.version_pages import name_of
from server.comparing.updates import Question
from server.errors import (
    AnsweredAlready,
    BeingWritten,
    NewerEdition,
    NotFilledIn,
    Refusal,
    WordsChanged,
)
from server.live.rooms import Rooms
from server.people.permits import Action, Who, may
from server.web.forms import read_form, text_of
from server.web.templates import Templates
from server.writing.authors import author_of
from server.writing.rich_text import RichText

SEE_OTHER = 303

# What sends a person back to the question, with all that they wrote.
_AGAIN = (AnsweredAlready, BeingWritten, NewerEdition, NotFilledIn, WordsChanged)
_BOXES = ("words", "meaning", "why")


async def show(request: Request) -> Response:
    """What they changed, what waits for us, and what we decided."""
    return _overview(request, await _update(request, Action.WATCH))


async def take_all(request: Request) -> Response:
    """Take everything that we never touched, in one press."""
    form = await read_form(request)
    update = await _update(request, Action.WRITE)
    try:
        _check_edition(update, form)
        if text_of(form, "seen") != _all_seen(update.to_take):
            raise WordsChanged
        wanted = [
            each
            for question in update.to_take
            for each in answers.take_theirs(question, update.edition)
        ]
        if wanted:
            who: Who = request.state.who
            taking = (update, update.to_take, wanted, Choice.THEIRS, author_of(who, update.row))
            await _make(request, Decision(*taking, together=True))
    except _AGAIN as refusal:
        return _overview(request, await _update(request, Action.WRITE), refusal)
    return RedirectResponse(f"/charters/{update.row.slug}/update", SEE_OTHER)


async def show_question(request: Request) -> Response:
    """One question; one that is not open leads back to all of them."""
    update = await _update(request, Action.WATCH)
    question = update.question(request.path_params["item"])
    if question is None:
        return RedirectResponse(f"/charters/{update.row.slug}/update", SEE_OTHER)
    return _question(request, update, question)


async def decide(request: Request) -> Response:
    """Decide on one question, and go on to the next one."""
    who: Who = request.state.who
    form = await read_form(request)
    item_id: str = request.path_params["item"]
    update = await _update(request, Action.WRITE)
    try:
        _check_edition(update, form)
        question = update.question(item_id)
        if question is None:
            raise AnsweredAlready
        choice = _choice(form, question)
        if text_of(form, "seen") != seen_of(question):
            raise WordsChanged
        wanted = _wanted(update, question, choice, form)
        await _make(
            request, Decision(update, [question], wanted, choice, author_of(who, update.row))
        )
    except _AGAIN as refusal:
        update = await _update(request, Action.WRITE)
        question = update.question(item_id)
        if question is None:
            return _overview(request, update, refusal, form)
        return _question(request, update, question, refusal, form)
    following = (await _update(request, Action.WRITE)).following(item_id)
    place = f"/charters/{update.row.slug}/update"
    if following is not None:
        place = f"{place}/{following.item_id}"
    return RedirectResponse(place, SEE_OTHER)


async def undo(request: Request) -> Response:
    """Undo a decision: put back what was there before it."""
    who: Who = request.state.who
    form = await read_form(request)
    update = await _update(request, Action.WRITE)
    decision = text_of(form, "decision")
    try:
        given = next((each for each in update.answered() if each.main.id == decision), None)
        if given is None:
            raise AnsweredAlready("This cannot be undone now. Look again.")
        if given.seen != text_of(form, "seen"):
            raise WordsChanged
        await Undoing(given, update.ours, author_of(who, update.row)).make(_rooms(request))
        await settle(_rooms(request), update.row.id)
    except _AGAIN as refusal:
        return _overview(request, await _update(request, Action.WRITE), refusal)
    return RedirectResponse(f"/charters/{update.row.slug}/update", SEE_OTHER)


# What a press means


def _check_edition(update: OurUpdate, form: FormData) -> None:
    if text_of(form, "edition") != str(update.standing.newest.number):
        raise NewerEdition


def _choice(form: FormData, question: Question) -> Choice:
    chosen = text_of(form, "choice")
    if chosen not in set(Choice) or (chosen == Choice.MIX and not answers.may_mix(question)):
        raise NotFilledIn("Choose what you want to do.")
    return Choice(chosen)


def _wanted(
    update: OurUpdate, question: Question, choice: Choice, form: FormData
) -> tuple[Wanted, ...]:
    """What an answer makes of our items. Raises NotFilledIn for a mix without words."""
    why = _why(question, form)
    if choice is Choice.THEIRS:
        return answers.take_theirs(question, update.edition)
    if choice is Choice.OURS:
        return answers.keep_ours(question, update.edition, why)
    if choice is Choice.LATER:
        return answers.leave(question)
    proposed = question.merge.result
    assert proposed is not None  # noqa: S101 -- a mix may be chosen only where there is one
    words = from_text(text_of(form, "words"), proposed.words)
    if not words:
        raise NotFilledIn("Write the words of the mix.")
    meaning = proposed.meaning
    if "meaning" in form:
        meaning = from_text(text_of(form, "meaning"), proposed.meaning)
    return answers.take_mix(question, update.edition, words, meaning, why)


def _why(question: Question, form: FormData) -> RichText | None:
    ours = question.merge.ours
    if "why" not in form:
        return None
    return from_text(text_of(form, "why"), ours.why if ours is not None else ())


async def _make(request: Request, decision: Decision) -> None:
    await decision.make(_rooms(request))
    await settle(_rooms(request), decision.update.row.id)


# Reading and showing


async def _update(request: Request, action: Action) -> OurUpdate:
    """What is asked of the version at this address, with all that was written until now.

    Raises UnknownCharter, NotSignedIn, MayNot and NoVersion.
    """
    async with request.app.state.store.reading() as session:
        row = await charter_for(session, request.state.who, request.path_params["slug"], action)
    if row.last_seq > row.settled_seq:
        await settle(_rooms(request), row.id)
    async with request.app.state.store.reading() as session:
        return await update_of(session, row, request.state.who)


def _rooms(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


def _all_seen(questions: Sequence[Question]) -> str:
    """A print of what we have of all that can be taken together."""
    seen = "\n".join(f"{each.item_id} {seen_of(each)}" for each in questions)
    return sha256(seen.encode()).hexdigest()


def _overview(
    request: Request,
    update: OurUpdate,
    refusal: Refusal | None = None,
    form: FormData | None = None,
) -> Response:
    written = [] if form is None else [text_of(form, box).strip() for box in _BOXES]
    later = [each for each in update.to_ask if update.is_later(each.item_id)]
    waiting = [each for each in update.to_ask if each not in later]
    values = {
        "to_take": [told(update, each) for each in update.to_take],
        "all_seen": _all_seen(update.to_take),
        "to_ask": [told(update, each) for each in waiting],
        "later": [told(update, each) for each in later],
        "answered": [
            {
                "id": each.main.id,
                "item_id": each.main.item_id,
                "kind": _kind(update, each.main.item_id),
                "number": update.number(each.main.item_id),
                "choice": each.main.choice,
                "seen": each.seen,
                "changed_since": each.changed_since,
            }
            for each in update.answered()
        ],
        "kept": [text for text in written if text],
    }
    return _page(request, "adapting/update.html", update, values, refusal)


def _question(
    request: Request,
    update: OurUpdate,
    question: Question,
    refusal: Refusal | None = None,
    form: FormData | None = None,
) -> Response:
    asked = told(update, question)
    mix = asked.mix
    values = {
        "asked": asked,
        "mix_words": mix.words if mix else "",
        "mix_meaning": mix.meaning if mix else "",
        "why": asked.why,
        "choice": None,
        "wrong_field": "choice" if isinstance(refusal, NotFilledIn) else None,
    }
    if form is not None:
        boxes = {"mix_words": "words", "mix_meaning": "meaning", "why": "why", "choice": "choice"}
        values |= {name: text_of(form, box) for name, box in boxes.items() if box in form}
    return _page(request, "adapting/question.html", update, values, refusal)


def _kind(update: OurUpdate, item_id: str) -> str:
    item = update.ours.item(item_id) or update.standing.theirs.item(item_id)
    return "statement" if item is None else str(item.kind)


def _page(
    request: Request,
    template: str,
    update: OurUpdate,
    values: Mapping[str, Any],
    refusal: Refusal | None,
) -> Response:
    templates: Templates = request.app.state.templates
    standing = update.standing
    return templates.page(
        request,
        template,
        {
            "slug": update.row.slug,
            "title": update.row.title,
            "language": update.row.language,
            "of_group": standing.of_group,
            "of_language": standing.theirs.language,
            "edition": standing.newest,
            "edition_name": name_of(standing.newest),
            "may_write": may(request.state.who, Action.WRITE, update.row),
            "wrong": None if refusal is None else refusal.sentence,
            **values,
        },
        200 if refusal is None else refusal.status,
    )


routes = [
    Route("/charters/{slug}/update", show),
    Route("/charters/{slug}/update", take_all, methods=["POST"]),
    Route("/charters/{slug}/update/{item}", show_question),
    Route("/charters/{slug}/update/{item}", decide, methods=["POST"]),
    Route("/charters/{slug}/update/{item}/undo", undo, methods=["POST"]),
]
