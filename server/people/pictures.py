"""Where the picture of a person is found."""

from server.people.tables import PersonRow

FACES = "/faces"


def address_of_picture(person: PersonRow) -> str | None:
    """The address of a person's picture: their own, else the one they chose; None without any."""
    if person.upload_id is not None:
        return f"{FACES}/{person.upload_id}"
    return None if person.picture is None else f"/pictures/{person.picture}.svg"
