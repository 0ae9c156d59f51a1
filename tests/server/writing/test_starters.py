import pytest

from server.settings import bundled
from server.writing import markdown_in, markdown_out, starters


def test_the_starter_keeps_its_ids_and_a_blank_one_gets_new_ones() -> None:
    assert starters.load("starter") == starters.load("starter")
    one, other = starters.load("blank"), starters.load("blank")
    assert one.title == other.title
    assert {item.id for item in one.items}.isdisjoint(item.id for item in other.items)


def test_an_unknown_starter_is_none() -> None:
    with pytest.raises(KeyError):
        starters.load("other")


def test_the_starter_has_six_areas_and_about_24_statements_with_all_they_need() -> None:
    whole = starters.load("starter")
    assert len(whole.headings) == 6
    assert 22 <= len(whole.statements) <= 26
    assert all(item.words and item.meaning and item.picture for item in whole.statements)


def test_there_are_ten_local_versions_of_the_starter() -> None:
    national = {item.id for item in starters.load("starter").statements}
    versions = dict(starters.local_versions())
    assert len(versions) == 10
    assert all(
        national.intersection(item.id for item in version.statements)
        for version in versions.values()
    )


@pytest.mark.parametrize(
    "file", sorted(bundled("charters").rglob("*.md")), ids=lambda file: file.stem
)
def test_every_file_is_just_what_we_would_write(file: object) -> None:
    data = bundled("charters", str(file)).read_bytes()
    assert markdown_out.markdown(markdown_in.parse(data)).encode() == data
