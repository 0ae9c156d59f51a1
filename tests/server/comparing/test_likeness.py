from server.comparing.likeness import Likeness

TEXTS = [
    "everybody is asked before anything changes",
    "everybody has a key to the front door",
    "everybody can keep a pet at home",
]


def alike(*news: str) -> Likeness:
    return Likeness([text.split() for text in TEXTS], [text.split() for text in news])


def test_the_same_words_are_all_alike_and_other_words_are_not() -> None:
    likeness = alike(TEXTS[1], "nothing of it")
    assert likeness.score(1, 0) > 0.6
    assert max(likeness.score(0, 0), likeness.score(2, 0)) < 0.2
    assert likeness.score(1, 1) == 0


def test_what_all_texts_say_counts_less_than_what_few_say() -> None:
    likeness = alike("everybody decides", "pet shops")
    assert likeness.score(2, 0) < likeness.score(2, 1)


def test_a_text_that_grew_still_has_all_of_the_other() -> None:
    likeness = alike(TEXTS[0] + " and can say no until the plan has been read to them twice")
    assert likeness.held_of_old(0, 0) > 0.5 > likeness.held_of_new(0, 0)
    assert 0.3 < likeness.score(0, 0) < likeness.held_of_old(0, 0)


def test_the_longer_what_is_shared_the_surer() -> None:
    short, long = "a key", TEXTS[1]
    assert alike(short).held_of_new(1, 0) < alike(long).held_of_new(1, 0)


def test_the_same_words_in_another_order_are_less_alike() -> None:
    mixed = " ".join(reversed(TEXTS[1].split()))
    assert alike(mixed).score(1, 0) < alike(TEXTS[1]).score(1, 0)


def test_a_word_said_twice_is_shared_once_with_one_who_says_it_once() -> None:
    assert alike("door door door door").held_of_new(1, 0) < 0.3


def test_those_as_alike_as_asked_are_listed_with_their_score() -> None:
    likeness = alike(TEXTS[2], "a pet", "nothing")
    listed = list(likeness.alike(0.1))
    assert {(old, new) for _, old, new in listed} == {(2, 0), (2, 1)}
    assert all(score == likeness.score(old, new) for score, old, new in listed)
    assert [each[1:] for each in likeness.alike(0.6)] == [(2, 0)]


def test_texts_without_words_are_like_nothing() -> None:
    likeness = Likeness([[], ["a"]], [[], ["a"]])
    assert likeness.score(0, 0) == 0
    assert likeness.held_of_new(0, 1) == likeness.held_of_old(0, 1) == 0


def test_a_word_that_very_many_texts_share_tells_nothing() -> None:
    many = [["the", f"word{n}"] for n in range(101)]
    assert [each[1:] for each in Likeness(many, many).alike(0)] == [(n, n) for n in range(101)]
