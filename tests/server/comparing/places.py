"""A national Charter, its editions and its local versions in a database, made in a line each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server import clock
from server.people import actions as people
from server.store import Store
from server.writing import editions
from server.writing.actions import add_charter
from server.writing.charter import Charter, Item, Kind
from server.writing.position import spread
from server.writing.read_side import store_reading
from server.writing.rich_text import from_text
from server.writing.tables import AdaptationRow, CharterRow, EditionRow


def charter(title: str, *lines: str) -> Charter:
    """A Charter from lines: `# home: My home`, `a: I choose. (why it is so)`, `-b: We have a bus.`

    Before the colon stands the id, behind a `-` where it is left out.
    """
    places = spread(len(lines))
    return Charter(
        title,
        items=tuple(_item(line, place) for line, place in zip(lines, places, strict=True)),
    )


def _item(line: str, place: str) -> Item:
    name, _, said = line.partition(": ")
    words, _, why = said.removesuffix(")").partition(" (")
    kind = Kind.HEADING if name.startswith("# ") else Kind.STATEMENT
    return Item(
        name.removeprefix("# ").removeprefix("-"),
        kind,
        place,
        from_text(words),
        why=from_text(why),
        left_out=name.startswith("-"),
    )


@dataclass(frozen=True)
class Made:
    """A Charter in the database, and its newest edition."""

    charter: CharterRow
    edition: EditionRow | None


async def publish(
    store: Store,
    group: str,
    said: Charter,
    of: Made | None = None,
    *,
    visibility: str = "everybody",
    draft_only: bool = False,
) -> Made:
    """Add a Charter of a group at the slug made of its name, and publish it."""
    async with store.session() as session:
        owner = await people.ensure_group(session, group, "local" if of else "national")
        row = await add_charter(
            session, said, group_id=owner.id, slug=owner.slug, visibility=visibility
        )
        if of is not None:
            assert of.edition is not None
            session.add(
                AdaptationRow(
                    charter_id=row.id,
                    of_charter_id=of.charter.id,
                    edition_id=of.edition.id,
                    made_at=clock.now(),
                )
            )
            await session.flush()
        return Made(row, None if draft_only else await editions.publish(session, row.id))


async def publish_again(store: Store, made: Made, said: Charter) -> Made:
    """Change what a Charter says, and publish it once more."""
    async with store.session() as session:
        row = await session.get_one(CharterRow, made.charter.id)
        connection = await session.connection()
        await connection.run_sync(store_reading, row.id, said, row.settled_seq + 1, {})
        session.expire_all()
        edition = await editions.publish(session, made.charter.id)
        return replace(made, charter=await session.get_one(CharterRow, row.id), edition=edition)


NATIONAL = (
    "# home: My home",
    "a: I choose who I live with.",
    "b: It is my home too, and I have my own key.",
    "# days: My days",
    "c: I choose what I do in my day.",
)


async def three_places(store: Store, lines: Sequence[str] = NATIONAL) -> Made:
    """A national Charter, and three places that did this and that with it."""
    national = await publish(store, "National", charter("Our Charter", *lines))
    await publish(store, "Avon", charter("Avon", *lines), national)
    await publish(
        store,
        "Barry",
        charter(
            "Barry",
            "# home: My home",
            "a: I choose who I live with. (It is the heart of it)",
            "b: It is my home too, and I have my own front door key. (Keys matter here)",
            "# days: My days",
            "-c: I choose what I do in my day. (We say this in our own words)",
            "x: We have a choir that sings on Fridays. (We love to sing)",
        ),
        national,
    )
    await publish(
        store,
        "Corris",
        charter(
            "Corris",
            "# days: My days",
            "c: My day is mine.",
            "y: We have a choir, and it sings at Christmas.",
            "# home: My home",
            "a: I choose who I live with.",
            "b: It is my home too, and I have my own key.",
        ),
        national,
    )
    return national


# Where `two_languages` meet: what stayed as it was is told with the newer text that it stands in.
# And what a sentence quotes may be from either text.
MET = ("We talk in our", "We changed “")


async def two_languages(store: Store) -> None:
    """A national Charter in English, and a place's version of it in Welsh."""
    national = await publish(
        store,
        "English",
        charter("Our Charter", "# home: My home", "a: I choose it.", "b: We talk in our home."),
    )
    said = charter(
        "Siarter gŵyl",
        "# home: Fy nhŷ gŵyl",
        "a: Dewis y gŵr. (Mae’r gŵr yn siarad felly)",
        "b: We talk in our tŵr.",
        "c: Mae’r dŵr yn dda. (Dŵr)",
    )
    await publish(store, "Gwent", replace(said, language="cy"), national)
