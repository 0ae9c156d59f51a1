from server.comparing.shelf import Shelf


def test_what_was_asked_for_least_lately_goes_first() -> None:
    shelf: Shelf[str, str] = Shelf(2)
    shelf.put("a", "A")
    shelf.put("b", "B")
    assert shelf.get("a") == "A"
    shelf.put("c", "C")
    assert (shelf.get("a"), shelf.get("b"), shelf.get("c")) == ("A", None, "C")


def test_large_values_take_more_room() -> None:
    shelf: Shelf[str, str] = Shelf(5, len)
    shelf.put("a", "aaa")
    shelf.put("b", "bb")
    shelf.put("c", "c")
    assert shelf.get("a") is None
    assert (shelf.taken, len(shelf)) == (3, 2)


def test_a_value_that_fits_nowhere_is_not_kept_and_drives_nobody_out() -> None:
    shelf: Shelf[str, str] = Shelf(3, len)
    shelf.put("a", "aa")
    shelf.put("b", "bbbb")
    assert (shelf.get("a"), shelf.get("b"), shelf.taken) == ("aa", None, 2)


def test_a_newer_value_takes_the_place_of_the_older() -> None:
    shelf: Shelf[str, str] = Shelf(3, len)
    shelf.put("a", "aa")
    shelf.put("a", "a")
    assert (shelf.get("a"), shelf.taken, len(shelf)) == ("a", 1, 1)


def test_a_cleared_shelf_is_empty() -> None:
    shelf: Shelf[str, str] = Shelf(3)
    shelf.put("a", "a")
    shelf.clear()
    assert (shelf.get("a"), shelf.taken, len(shelf)) == (None, 0, 0)
