"""How people are named beside what they did."""

A_MEMBER = "a member"
"""The name of somebody whose account was deleted, or whose own name is hidden."""


def author_name(person: str, helped: str | None) -> str:
    """Who did something: `person` did it, alone or for `helped`, whose name then stands first."""
    return person if helped is None else f"{helped}, with help from {person}"
