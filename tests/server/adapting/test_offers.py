import asyncio

import pytest
from sqlalchemy import select

from server import clock
from server.adapting.offers import (
    Offer,
    Reply,
    Step,
    offer_to,
    offers_of,
    offers_to,
    share,
    shareable,
)
from server.adapting.tables import OfferRow
from server.errors import (
    MayNot,
    NothingToShare,
    OfferOver,
    SharedAlready,
    UnknownOffer,
    WordsChanged,
    WordsRemoved,
)
from server.people.tables import AuditRow
from server.writing import edits, rich_text
from server.writing.authors import Author
from server.writing.document import Part
from server.writing.tables import CharterRow, HidingRow, WordingRow
from tests.server.adapting.deciding import Version
from tests.server.adapting.stage import WORDS, statement


async def shared(kent: Version, item_id: str, why: str = "It is clearer.") -> Offer:
    """Kent shares what it has of a statement."""
    async with kent.stage.store.session() as session:
        found = await shareable(session, kent.who, kent.row, item_id)
        row = await share(session, kent.who, kent.row, item_id, why=why, seen=found.seen)
    async with kent.stage.store.reading() as session:
        return await offer_to(session, kent.national.id, row.id)


async def take(kent: Version, offer: Offer, words: str = "") -> None:
    national = await kent.stage.read(kent.national.id)
    wanted = offer.wanted(national, await kent.stage.read(kent.row.id))
    await Reply(offer, Step.TAKEN, words, Author(kent.kim.id)).take(kent.stage.rooms, wanted)
    await kent.stage.rooms.settling.settle(kent.national.id)


async def test_an_offer_is_for_exact_words_and_keeps_its_steps(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await shared(kent, "s1")
    await kent.we_say("s1", "Written since.")
    async with kent.stage.store.reading() as session:
        (offer,) = await offers_to(session, kent.national.id)
        assert [each.row.id for each in await offers_of(session, kent.row.id)] == [offer.row.id]
    assert offer.says is not None
    assert rich_text.plain(offer.says.words) == "We choose."
    assert (offer.group.name, offer.row.stance, offer.row.state) == ("Kent", "reworded", "offered")
    assert [(step.step, step.words) for step in offer.steps] == [("offered", "It is clearer.")]


@pytest.mark.parametrize("item_id", ["s1", "h1", "nothing"])
async def test_what_is_not_different_cannot_be_shared(kent: Version, item_id: str) -> None:
    heading = edits.SetText("h1", Part.WORDS, rich_text.from_text("Our home"))
    await kent.stage.edit(kent.row.id, heading, edits.Move("s1", "a9"))
    async with kent.stage.store.reading() as session:
        with pytest.raises(NothingToShare):
            await shareable(session, kent.who, kent.row, item_id)


async def test_a_charter_that_was_made_from_none_has_nobody_to_share_with(kent: Version) -> None:
    async with kent.stage.store.reading() as session:
        with pytest.raises(NothingToShare):
            await shareable(session, kent.who, kent.national, "s1")


async def test_words_that_they_have_taken_over_are_no_difference_any_more(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await kent.they_say("s1", "We choose.")
    await kent.they_publish()
    async with kent.stage.store.reading() as session:
        with pytest.raises(NothingToShare):
            await shareable(session, kent.who, kent.row, "s1")


async def test_the_same_words_are_shared_once(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await shared(kent, "s1")
    with pytest.raises(SharedAlready):
        await shared(kent, "s1")
    await kent.we_say("s1", "We choose together.")
    await shared(kent, "s1")
    async with kent.stage.store.reading() as session:
        assert len(await offers_of(session, kent.row.id)) == 2


async def test_words_that_changed_since_they_were_seen_are_not_shared(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    async with kent.stage.store.session() as session:
        seen = (await shareable(session, kent.who, kent.row, "s1")).seen
    await kent.we_say("s1", "Written since.")
    with pytest.raises(WordsChanged):
        async with kent.stage.store.session() as session:
            await share(session, kent.who, kent.row, "s1", why="", seen=seen)


async def test_a_group_that_lost_access_cannot_share(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    async with kent.stage.store.session() as session:
        (await session.get_one(CharterRow, kent.national.id)).visibility = "group"
    with pytest.raises(MayNot):
        await shared(kent, "s1")


async def test_taking_reworded_words_changes_the_national_draft(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    await take(kent, await shared(kent, "s1"), "Thank you.")
    assert await kent.stage.words(kent.national.id, "s1") == "We choose."
    async with kent.stage.store.reading() as session:
        (offer,) = await offers_of(session, kent.row.id)
    assert offer.is_over
    assert [(step.step, step.words) for step in offer.steps[1:]] == [("taken", "Thank you.")]
    # The next edition has our words: nothing is asked, and nothing differs.
    await kent.they_publish()
    assert await kent.asked() == []


async def test_taking_an_addition_puts_it_where_the_place_has_it_under_the_same_id(
    kent: Version,
) -> None:
    new = statement("x1", "We have a garden.", "a2V")
    await kent.stage.edit(kent.row.id, edits.AddItem(new))
    await take(kent, await shared(kent, "x1"))
    national = await kent.stage.read(kent.national.id)
    assert [item.id for item in national.items] == ["h1", "s1", "s2", "x1", "s3", "s4", "s5"]
    await kent.they_publish()
    assert await kent.asked() == []


async def test_taking_a_leaving_out_leaves_it_out(kent: Version) -> None:
    await kent.stage.edit(kent.row.id, edits.SetLeftOut("s2", left_out=True))
    await take(kent, await shared(kent, "s2"))
    item = (await kent.stage.read(kent.national.id)).item("s2")
    assert item is not None
    assert item.left_out


async def test_taking_a_statement_that_was_taken_out_since_puts_it_back(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    await kent.stage.edit(kent.national.id, edits.SetLeftOut("s1", left_out=True))
    await take(kent, offer)
    item = (await kent.stage.read(kent.national.id)).item("s1")
    assert item is not None
    assert (item.left_out, rich_text.plain(item.words)) == (False, "We choose.")


async def test_words_that_changed_meanwhile_are_not_overwritten(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    wanted = offer.wanted(
        await kent.stage.read(kent.national.id), await kent.stage.read(kent.row.id)
    )
    await kent.they_say("s1", "Written meanwhile.")
    with pytest.raises(WordsChanged):
        await Reply(offer, Step.TAKEN, "", Author(kent.kim.id)).take(kent.stage.rooms, wanted)
    assert await kent.stage.words(kent.national.id, "s1") == "Written meanwhile."
    async with kent.stage.store.reading() as session:
        assert (await session.get_one(OfferRow, offer.row.id)).state == "offered"


async def test_words_that_were_forgotten_cannot_be_taken(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    async with kent.stage.store.session() as session:
        row = await session.get_one(WordingRow, offer.row.wording_digest)
        row.words, row.meaning, row.removed_at = [], [], clock.now()
    async with kent.stage.store.reading() as session:
        gone = await offer_to(session, kent.national.id, offer.row.id)
    assert gone.says is None
    with pytest.raises(WordsRemoved):
        await take(kent, gone)
    assert await kent.stage.words(kent.national.id, "s1") == WORDS[0]


async def test_an_offer_is_answered_and_then_closed_once(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")

    async def say(step: Step, words: str) -> None:
        async with kent.stage.store.session() as session:
            await Reply(offer, step, words, Author(kent.kim.id)).say(session)

    await say(Step.ANSWERED, "We talk about it.")
    await say(Step.ANSWERED, "We still do.")
    done = await asyncio.gather(
        say(Step.CLOSED, "Thank you."), say(Step.CLOSED, "Thanks."), return_exceptions=True
    )
    assert [type(each) for each in done if each is not None] == [OfferOver]
    with pytest.raises(OfferOver):
        await take(kent, offer)
    assert await kent.stage.words(kent.national.id, "s1") == WORDS[0]
    async with kent.stage.store.reading() as session:
        (found,) = await offers_of(session, kent.row.id)
    assert [step.step for step in found.steps] == ["offered", "answered", "answered", "closed"]


async def test_an_offer_to_another_charter_is_unknown_here(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    async with kent.stage.store.reading() as session:
        with pytest.raises(UnknownOffer):
            await offer_to(session, kent.row.id, offer.row.id)
        assert await session.scalar(select(OfferRow.id)) == offer.row.id


async def test_sharing_and_answering_are_recorded_for_the_group_that_did_it(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    await take(kent, offer)
    async with kent.stage.store.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(AuditRow.id))).all()
    done = [(row.what, row.person_id, row.group_id) for row in rows if row.what != "charter made"]
    assert done == [
        ("shared", kent.kim.id, kent.row.group_id),
        ("offer answered", kent.kim.id, kent.national.group_id),
    ]
    assert rows[-1].details["step"] == "taken"


async def test_words_that_their_own_group_hides_are_not_offered_any_more(kent: Version) -> None:
    await kent.we_say("s1", "We choose.")
    offer = await shared(kent, "s1")
    async with kent.stage.store.session() as session:
        session.add(
            HidingRow(
                id="h",
                charter_id=kent.row.id,
                item_id="s1",
                part="words",
                digest=offer.row.wording_digest,
                content={"words": [], "meaning": [], "picture": None, "now": False},
                reason="It is unkind.",
                hidden_at=clock.now(),
            )
        )
    async with kent.stage.store.reading() as session:
        again = await offer_to(session, kent.national.id, offer.row.id)
    assert again.says is None
    national = await kent.stage.read(kent.national.id)
    with pytest.raises(WordsRemoved):
        again.wanted(national, await kent.stage.read(kent.row.id))
