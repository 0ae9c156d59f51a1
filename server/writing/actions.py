"""What is done to Charters as a whole. Their words are changed live, through their document."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from server import clock
from server.errors import NameTaken, NotFilledIn
from server.people.rules import slug_of
from server.writing import charter as charters
from server.writing.charter import Charter
from server.writing.read_side import store_reading
from server.writing.tables import CharterRow

# Pages of their own stand at these addresses.
_RESERVED = frozenset({"new"})


async def add_charter(
    session: AsyncSession,
    charter: Charter,
    *,
    group_id: str,
    slug: str | None = None,
    visibility: str = "group",
) -> CharterRow:
    """Add a Charter to a group: its row and its read side; what is not valid in it made valid.

    Its document is the caller's: `document.new_state(charter)` is where it begins. Without a slug
    one is made from the title. Raises NameTaken for a slug in use, NotFilledIn for a bad one.
    """
    charter = charters.valid(charter)
    taken = _RESERVED | set(await session.scalars(select(CharterRow.slug)))
    if slug is None:
        slug = slug_of(charter.title, taken, otherwise="charter")
    elif not slug or slug != slug_of(slug, otherwise=""):
        raise NotFilledIn("Use small letters, digits and - for the Charter's address.")
    elif slug in taken:
        raise NameTaken(f"The address {slug} is taken. Choose another.")
    row = CharterRow(
        id=clock.new_id(),
        slug=slug,
        group_id=group_id,
        title=charter.title,
        summary=charter.summary,
        language=charter.language,
        visibility=visibility,
        created_at=clock.now(),
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        if "slug" not in str(error.orig):
            raise
        # Somebody took it since we looked.
        raise NameTaken(f"The address {slug} is taken. Choose another.") from error
    connection = await session.connection()
    await connection.run_sync(store_reading, row.id, charter, 0, {})
    return row
