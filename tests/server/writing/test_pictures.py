"""The picture catalogue and finding a picture by a word."""

import json
import re

import pytest

from server.settings import bundled
from server.writing import pictures

PEOPLE_OF_OUR_FIELD_SAY = {
    "home": "house",
    "matching": "handshake",
    "carers": "shelter",
    "review": "clipboard",
    "complain": "megaphone",
    "tablets": "pills",
    "partner": "couple-with-heart",
    "my room": "door",
    "wages": "pound-banknote",
    "moving on": "signpost",
    "doctor": "female-doctor",
    "football": "soccer-ball",
}


def test_a_picture_is_found_by_what_it_is_called() -> None:
    assert pictures.find("house")[0].id == "house"
    assert pictures.find("HOUSE ")[0].id == "house"


@pytest.mark.parametrize(("word", "picture"), PEOPLE_OF_OUR_FIELD_SAY.items())
def test_the_words_of_our_field_find_a_picture(word: str, picture: str) -> None:
    assert picture in [found.id for found in pictures.find(word)]


def test_the_beginning_of_a_word_finds_a_picture_after_whole_words() -> None:
    found = [picture.id for picture in pictures.find("hous")]
    assert "house" in found
    assert [picture.id for picture in pictures.find("house")].index("house") == 0


def test_a_plural_finds_the_singular() -> None:
    assert "house" in [picture.id for picture in pictures.find("houses")]


def test_all_words_must_be_found() -> None:
    assert {picture.id for picture in pictures.find("woman doctor")} <= {
        picture.id for picture in pictures.find("doctor")
    }


def test_nothing_is_found_by_nothing() -> None:
    assert pictures.find("") == []
    assert pictures.find("   ") == []
    assert pictures.find("qqzzxx") == []


def test_no_more_is_found_than_asked_for() -> None:
    assert len(pictures.find("person", limit=5)) == 5


def test_a_picture_we_do_not_have_has_no_name() -> None:
    assert not pictures.exists("no-such-picture")
    assert pictures.name("no-such-picture") == ""


def test_a_picture_has_a_plain_british_name() -> None:
    assert pictures.name("soccer-ball") == "football"
    assert pictures.name("head-shaking-vertically") == "nodding head"


def test_ids_are_plain_and_used_once() -> None:
    entries = json.loads(bundled(*pictures.SOURCE).read_text("utf-8"))
    ids = [entry["id"] for entry in entries]
    assert len(ids) == len(set(ids)) == len(pictures.catalogue())
    assert [id_ for id_ in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_)] == []


def test_every_picture_has_a_name_and_a_drawing() -> None:
    for picture in pictures.catalogue().values():
        assert picture.name.strip() == picture.name != ""
        assert re.fullmatch(r"[0-9A-F]+(-[0-9A-F]+)*\.svg", picture.file)


@pytest.mark.parametrize(
    "picture",
    ["flag-wales", "pride", "facebook", "dagger", "water-pistol", "middle-finger", "pile-of-poo"],
)
def test_flags_brands_weapons_and_the_rude_are_left_out(picture: str) -> None:
    assert not pictures.exists(picture)


def test_the_catalogue_is_small_enough_to_fetch_on_a_phone() -> None:
    assert bundled(*pictures.SOURCE).stat().st_size < 400_000
