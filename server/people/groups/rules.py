"""Rules of who is in a group and what they do there, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.errors import LastOrganiser, NotFilledIn
from server.people.permits import Role

# What somebody does in a group, as pages say it: "Ann, organiser".
DOES: Mapping[Role, str] = {
    Role.ORGANISER: "organiser",
    Role.MEMBER: "member",
    Role.READER: "only reads",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group, as the others see them: never with an e-mail address.

    `hears` says whether they hear it when somebody says that something is not right.
    """

    person_id: str
    name: str
    picture: str | None
    role: Role
    hears: bool

    @property
    def does(self) -> str:
        return DOES[self.role]


def check_organiser_stays(before: Iterable[Role], after: Sequence[Role]) -> None:
    """Raise LastOrganiser when a change takes the last organiser away from a group.

    A group that has none anyhow may change: nobody there could help it.
    """
    if Role.ORGANISER in before and Role.ORGANISER not in after:
        raise LastOrganiser


def may_all_go(after: Sequence[Role]) -> bool:
    """Whether nobody is left who would need an organiser."""
    return not after


def hears(person_id: str, role: Role, lead_id: str | None) -> bool:
    """Whether this person hears reports: the lead, or the organisers where nobody is named."""
    return role is Role.ORGANISER if lead_id is None else person_id == lead_id


def in_order(members: Iterable[Member]) -> list[Member]:
    """By name: nobody comes first for what they do."""
    return sorted(members, key=lambda member: (member.name.casefold(), member.person_id))


def read_role(written: str) -> Role:
    """What was chosen in a form. Raises NotFilledIn."""
    try:
        return Role(written)
    except ValueError:
        raise NotFilledIn("Please choose what the person can do.") from None
