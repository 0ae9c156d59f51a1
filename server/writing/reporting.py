"""What of a Charter can be reported: its title; a statement now, earlier, or in an edition."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.errors import NothingToReport, UnknownEdition
from server.people.permits import Action, Who, may
from server.people.safety import reports
from server.people.safety.reports import Part, Reportable
from server.writing import editions, history, pictures, rich_text
from server.writing.beside import Note
from server.writing.charter import Charter, Item, Kind
from server.writing.read_side import read_charter
from server.writing.tables import CharterRow


async def statement(session: AsyncSession, who: Who | None, asked: Mapping[str, str]) -> Reportable:
    """An `item` of a Charter (`charter`: its slug), now, in a `version` of its history, or in the
    `edition` of a number. Raises NothingToReport.
    """
    row = await _row(session, who, asked)
    charter, address = await read_charter(session, row.id), f"/charters/{row.slug}"
    item_id = asked.get("item", "")
    where = ""
    if "edition" in asked:
        charter, item = await _published(session, row, asked["edition"], item_id)
        address, where = f"{address}/editions/{asked['edition']}", f", edition {asked['edition']}"
        address += f"#s-{item_id}"
    elif "version" in asked:
        if not may(who, Action.WATCH, row):
            raise NothingToReport
        item = await _earlier(session, row, asked["version"], item_id)
        address, where = f"{address}/history/{item_id}", ", earlier words"
    else:
        item = charter.item(item_id)
        address += f"#s-{item_id}"
    parts = [] if item is None else list(_parts(item))
    if item is None or not parts:
        raise NothingToReport
    name = f"{_name(item, charter)}{where}, of “{charter.title}”"
    # The history has all its words, those that were reported and those that follow.
    hide_at = f"/charters/{row.slug}/history/{item_id}"
    said_in = charter.language
    return Reportable(row.group_id, name, address, parts, row.id, item_id, hide_at, said_in)


async def title(session: AsyncSession, who: Who | None, asked: Mapping[str, str]) -> Reportable:
    """The title of a `charter` (its slug) and the words under it. Raises NothingToReport."""
    row = await _row(session, who, asked)
    parts = [Part("title", "The title", row.title)]
    if row.summary:
        parts.append(Part("summary", "The words under the title", row.summary))
    # Nothing is hidden there: who writes others in their place has no history to clean.
    name, address = f"“{row.title}”", f"/charters/{row.slug}"
    return Reportable(row.group_id, name, address, parts, row.id, language=row.language)


async def _row(session: AsyncSession, who: Who | None, asked: Mapping[str, str]) -> CharterRow:
    row = await session.scalar(
        select(CharterRow).where(CharterRow.slug == asked.get("charter", ""))
    )
    if row is None or not may(who, Action.READ, row):
        raise NothingToReport
    return row


async def beside(
    _session: AsyncSession, who: Who | None, row: CharterRow, charter: Charter
) -> Mapping[str, list[Note]]:
    """Beside each statement: the way to report it, and to hide it for those who may."""
    return links(row.slug, charter, hides=may(who, Action.HIDE, row))


def links(
    slug: str, charter: Charter, *, edition: int | None = None, hides: bool = False
) -> dict[str, list[Note]]:
    """The links of all items that say something, by item id."""
    of_edition = "" if edition is None else f"&edition={edition}"
    return {
        item.id: [
            Note(
                "people/report_beside.html",
                {
                    "id": item.id,
                    "name": _name(item, charter).lower(),
                    "query": f"what=statement&charter={slug}&item={item.id}{of_edition}",
                    "hide": f"/charters/{slug}/history/{item.id}/hide" if hides else None,
                },
            )
        ]
        for item in charter.items
        if item.words or item.meaning or item.picture or item.why
    }


async def _published(
    session: AsyncSession, row: CharterRow, number: str, item_id: str
) -> tuple[Charter, Item | None]:
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise NothingToReport
    try:
        found = await editions.numbered(session, row.id, int(number))
    except UnknownEdition as unknown:
        raise NothingToReport from unknown
    charter = await editions.read_edition(session, found.id)
    return charter, charter.item(item_id)


async def _earlier(
    session: AsyncSession, row: CharterRow, version: str, item_id: str
) -> Item | None:
    found = await history.earlier(session, row.id, item_id)
    return next((one.version.item for one in found if one.key == version), None)


def _parts(item: Item) -> Iterator[Part]:
    if item.words:
        yield Part("words", "The words", rich_text.plain(item.words))
    if item.meaning:
        yield Part("meaning", "What it means", rich_text.plain(item.meaning))
    if item.picture is not None:
        name = pictures.name(item.picture)
        yield Part("picture", "The picture", f"Picture: {name}", f"/pictures/{item.picture}.svg")
    if item.why:
        yield Part("why", "The why", rich_text.plain(item.why))


def _name(item: Item, charter: Charter) -> str:
    if item.kind is Kind.HEADING:
        return "Heading"
    number = charter.numbers.get(item.id)
    return "A statement" if number is None else f"Statement {number}"


async def news(session: AsyncSession, who: Who | None) -> list[Note]:
    """On the first page: reports that wait for this person, and that theirs was answered."""
    if who is None:
        return []
    waiting = await reports.open_for(session, who)
    answered = await reports.answered_lately(session, who)
    if not waiting and not answered:
        return []
    return [Note("people/report_news.html", {"waiting": waiting, "answered": answered})]
