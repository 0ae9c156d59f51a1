import json

from server.comparing.matching import SURE
from tests.corpora.labels import apart, figures, halves, tasks
from tests.corpora.texts import HERE, text


def test_labels_stand_beside_the_words_they_are_about() -> None:
    for each in json.loads((HERE / "labels.json").read_text(encoding="utf-8")):
        parts = text(*each["text"].split("/")).parts
        edition = text(*each["edition"].split("/")).parts
        for label in each["parts"]:
            assert parts[label["part"]].text.startswith(label["says"])
            for index, says in zip(label["from"], label.get("which", ()), strict=True):
                assert edition[index].text.startswith(says)


def test_nothing_that_is_word_for_word_the_same_and_nothing_twice_is_labelled() -> None:
    seen = set()
    for task in tasks():
        known = {(passage.is_heading, passage.said) for passage in task.edition.parts}
        for part in task.labels:
            passage = task.text.parts[part]
            said = (passage.is_heading, passage.said)
            assert said not in known, (task.name, passage.text)
            assert (task.edition.path, said) not in seen, (task.name, passage.text)
            seen.add((task.edition.path, said))


def test_the_halves_share_no_adaptation_and_are_about_as_large() -> None:
    tuned, reported = halves()
    assert not {task.kin for task in tuned} & {task.kin for task in reported}
    listed = sorted(task.name for task in tasks())
    assert sorted(task.name for task in (*tuned, *reported, *apart())) == listed
    assert min(figures(half).parts for half in (tuned, reported)) >= 130
    assert min(figures(half).old for half in (tuned, reported)) >= 50


def test_what_scores_half_is_right_and_most_of_what_is_old() -> None:
    found = figures(halves()[1], at_least=SURE)
    assert found.precision >= 0.98, found
    assert found.recall >= 0.88, found


def test_of_all_that_is_offered_most_is_right_and_little_is_missed() -> None:
    for half in halves():
        found = figures(half)
        assert found.precision >= 0.92, found
        assert found.recall >= 0.90, found


def test_texts_of_another_kind_and_texts_written_anew_are_matched_too() -> None:
    licences = [task for task in apart() if task.text.family == "licences"]
    found = figures(licences)
    assert found.precision >= 0.88, found
    assert found.recall >= 0.78, found
