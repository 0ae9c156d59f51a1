from dataclasses import replace

from server.adapting.adaptations import begin_from, versions_in, versions_of
from server.writing import rich_text
from server.writing.tables import AdaptationRow
from tests.server.adapting.stage import WORDS, Stage, charter_of


def test_a_version_starts_with_the_words_but_not_the_reasons_of_the_other_group() -> None:
    charter = charter_of(*WORDS)
    reason = rich_text.from_text("This is why.")
    theirs = replace(charter, items=tuple(replace(item, why=reason) for item in charter.items))
    assert begin_from(theirs) == charter
    assert begin_from(theirs, "Our own").title == "Our own"


def test_what_the_edition_leaves_out_is_no_part_of_a_version() -> None:
    charter = charter_of(*WORDS)
    gone = replace(charter.items[2], left_out=True)
    theirs = replace(charter, items=(*charter.items[:2], gone, *charter.items[3:]))
    assert begin_from(theirs).item(gone.id) is None


async def test_a_version_has_the_same_ids_and_a_document_of_its_own(stage: Stage) -> None:
    national = await stage.charter(charter_of(*WORDS))
    edition = await stage.publish(national.id)
    await stage.say(national.id, "s1", "Written since.")
    kent = await stage.version(edition)
    assert (await stage.read(kent.id)).items == charter_of(*WORDS).items
    await stage.say(kent.id, "s2", "We meet.")
    assert await stage.words(national.id, "s2") == WORDS[1]
    assert (kent.slug, kent.visibility, kent.last_seq) == ("kent", "group", 0)
    async with stage.store.reading() as session:
        row = await session.get_one(AdaptationRow, kent.id)
    assert (row.of_charter_id, row.edition_id) == (national.id, edition.id)


async def test_a_region_adapts_for_places(stage: Stage) -> None:
    national = await stage.charter(charter_of(*WORDS))
    region = await stage.version(await stage.publish(national.id), "South East")
    await stage.say(region.id, "s1", "I choose, in the South East.")
    kent = await stage.version(await stage.publish(region.id), "Kent")
    assert await stage.words(kent.id, "s1") == "I choose, in the South East."
    async with stage.store.reading() as session:
        assert [row.id for row in await versions_of(session, national.id)] == [region.id]
        assert [row.id for row in await versions_of(session, region.id)] == [kent.id]


async def test_a_second_version_of_a_group_has_its_own_address(stage: Stage) -> None:
    national = await stage.charter(charter_of(*WORDS))
    edition = await stage.publish(national.id)
    rows = [await stage.version(edition), await stage.version(edition)]
    devon = await stage.version(edition, "Devon")
    assert [row.slug for row in rows] == ["kent", "kent-2"]
    async with stage.store.reading() as session:
        found = await versions_in(session, national.id, [rows[0].group_id])
        assert [row.id for row in found] == [row.id for row in rows]
        assert len(await versions_of(session, national.id)) == 3
    assert devon.slug == "devon"
