"""Two people in two browsers write the starter Charter together, and nobody loses a word."""

from playwright.async_api import expect

from tests.support import pen
from tests.support.live_client import LiveClient
from tests.support.server_process import ServerProcess
from tests.support.waiting import until
from tests.together.conftest import Arrive, Draft

OFFLINE = "No internet. Keep writing: your words are safe on this device."


async def test_words_appear_as_they_are_typed(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await expect(ann.page.locator("[data-people]")).to_contain_text("Ben")

    await ben.change(item)
    await ben.page.keyboard.type(" And so says Ben.")
    await expect(ann.words(item)).to_contain_text("And so says Ben.")
    await expect(ann.item(item)).to_contain_text("Ben is writing here")

    await ann.change(item)
    await ann.page.keyboard.press("Control+Home")
    await ann.page.keyboard.type("Ann begins. ")
    await expect(ben.words(item)).to_contain_text("Ann begins.")
    await ann.status("Saved")
    await ben.status("Saved")


async def test_words_written_without_a_network_arrive_and_overwrite_nobody(
    arrive: Arrive, draft: Draft, server: ServerProcess
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    shared, own = draft.statements[0], draft.statements[1]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)

    await ben.lose_the_network()
    await ben.change(shared)
    await ben.page.keyboard.type(" Ben writes on without a network.")
    await ben.status(OFFLINE)
    await ann.change(shared)
    await ann.page.keyboard.press("Control+Home")
    await ann.page.keyboard.type("Ann writes meanwhile. ")
    await ann.status("Saved")
    await ben.page.keyboard.press("Escape")
    await ben.change(own)
    await ben.page.keyboard.type(" Another one of Ben's.")
    await expect(ben.words(shared)).not_to_contain_text("Ann writes meanwhile.")

    await ben.find_the_network()
    await ben.status("Saved")
    for person in (ann, ben):
        await expect(person.words(shared)).to_contain_text("Ann writes meanwhile.")
        await expect(person.words(shared)).to_contain_text("Ben writes on without a network.")
        await expect(person.words(own)).to_contain_text("Another one of Ben's.")
    kept = server.cli("export", draft.slug)
    assert "Ann writes meanwhile." in kept
    assert "Ben writes on without a network." in kept
    assert "Another one of Ben's." in kept


async def test_words_outlive_a_closed_lid(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[2]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await ben.lose_the_network()
    await ben.change(item)
    await ben.page.keyboard.type(" Written in a hall without Wi-Fi.")
    await ben.status(OFFLINE)
    await ben.shut_the_tab()

    await ben.find_the_network()
    await ben.open_a_tab()
    await ben.open_draft(draft.slug)

    await expect(ben.words(item)).to_contain_text("Written in a hall without Wi-Fi.")
    await expect(ann.words(item)).to_contain_text("Written in a hall without Wi-Fi.")


async def test_moving_a_statement_while_somebody_writes_in_it_keeps_both(
    arrive: Arrive, draft: Draft
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await ben.change(item)
    await ben.page.keyboard.type(" One")
    await ann.press(item, "Move down")
    await ben.page.keyboard.type(" two")
    await ann.press(item, "Move down")
    await ben.page.keyboard.type(" three.")

    order = "els => els.map((el) => el.dataset.item)"
    await expect(ann.words(item)).to_contain_text("One two three.")
    for person in (ann, ben):
        listed = await person.page.locator("our-statement[data-kind=statement]").evaluate_all(order)
        assert listed.index(item) == 2
    # Ben's caret is still where he writes.
    await ben.page.keyboard.type(" Four.")
    await expect(ann.words(item)).to_contain_text("One two three. Four.")


async def test_a_statement_is_left_out_and_put_back_and_undone(
    arrive: Arrive, draft: Draft
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[3]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)

    await ann.press(item, "Leave out")
    await expect(ben.item(item)).to_contain_text("We left this out")
    await ben.press(item, "Put back")
    await expect(ann.item(item).get_by_text("We left this out")).to_be_hidden()

    await ann.change(item)
    await ann.page.keyboard.type(" Ann's own words.")
    await expect(ben.words(item)).to_contain_text("Ann's own words.")
    await ben.change(item)
    await ben.page.keyboard.type(" Ben's own words.")
    await expect(ann.words(item)).to_contain_text("Ben's own words.")
    await ann.page.keyboard.press("Control+z")
    for person in (ann, ben):
        await expect(person.words(item)).not_to_contain_text("Ann's own words.")
        await expect(person.words(item)).to_contain_text("Ben's own words.")


async def test_a_new_statement_is_there_for_everybody(arrive: Arrive, draft: Draft) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    before = await ben.page.locator("our-statement[data-kind=statement]").count()

    await ann.press(draft.statements[0], "Add a statement here")
    await expect(ann.page.locator("[contenteditable=true]")).to_be_focused()
    await ann.page.keyboard.type("We add this one together.")

    added = ben.page.locator("our-statement", has_text="We add this one together.")
    await expect(added).to_be_visible()
    await expect(ben.page.locator("our-statement[data-kind=statement]")).to_have_count(before + 1)
    await ann.status("Saved")


async def test_a_reader_sees_words_change_and_cannot_write(arrive: Arrive, draft: Draft) -> None:
    ann, rhys = await arrive("Ann"), await arrive("Rhys", role="reader")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await rhys.open_draft(draft.slug, "You can read this.")

    await ann.change(item)
    await ann.page.keyboard.type(" For everybody to read.")

    await expect(rhys.words(item)).to_contain_text("For everybody to read.")
    await expect(rhys.page.get_by_role("button", name="Change these words")).to_have_count(0)


async def test_the_page_comes_through_a_kill_of_the_server(
    arrive: Arrive, draft: Draft, server: ServerProcess
) -> None:
    ann, ben = await arrive("Ann"), await arrive("Ben")
    item = draft.statements[0]
    await ann.open_draft(draft.slug)
    await ben.open_draft(draft.slug)
    await ann.change(item)
    await ann.page.keyboard.type(" Before.")
    await ann.status("Saved")
    server.kill()
    await ann.page.keyboard.type(" While it was away.")
    await ann.status("No internet.")
    server.start()
    await ann.status("Saved")
    await expect(ben.words(item)).to_contain_text("Before. While it was away.")


async def test_a_program_and_a_browser_write_in_one_statement(
    arrive: Arrive, draft: Draft, program: LiveClient
) -> None:
    ann = await arrive("Ann")
    item = draft.statements[0]
    async with ann.page.expect_event("websocket") as opening:
        await ann.open_draft(draft.slug)
    socket = await opening.value
    await ann.change(item)
    pen.write(program.doc, item, 0.0, "Petra's program: tŷ 😀 مرحبا. ")
    await expect(ann.words(item)).to_contain_text("Petra's program: tŷ 😀 مرحبا.")

    # Ann composes a word, as one writes Japanese, while the program writes in the same line.
    await ann.page.keyboard.press("Control+End")
    await ann.compose("に")
    for place, letters in ((0.5, "HALFWAY"), (1.0, "AFTER")):
        async with socket.expect_event("framereceived", lambda said, it=letters: it in str(said)):
            pen.write(program.doc, item, place, letters)
        await ann.compose("にほ")
    await ann.compose("日本", done=True)
    for letters in ("HALFWAY", "AFTER", "日本"):
        await expect(ann.words(item)).to_contain_text(letters)
    await until(lambda: "日本" in pen.words(program.doc, item), "the program to see it")
    assert "に" not in pen.words(program.doc, item)
    assert pen.words(program.doc, item).count("日本") == 1

    await ann.page.keyboard.press("Control+End")
    await ann.page.keyboard.type(" Ann answers 👍.")
    await until(lambda: "Ann answers 👍." in pen.words(program.doc, item), "the program to see it")
    pen.put(program.doc, item, "left_out", True)
    await expect(ann.item(item)).to_contain_text("We left this out")


async def test_everybody_comes_back_where_they_were_after_an_update_of_the_server(
    arrive: Arrive, draft: Draft, server: ServerProcess
) -> None:
    ann = await arrive("Ann")
    await ann.open_draft(draft.slug)
    editor = await ann.change(draft.statements[0])
    await ann.page.keyboard.type(" One.")
    await ann.status("Saved")
    server.restart()
    await ann.page.keyboard.type(" Two.")
    await ann.status("Saved")
    await expect(editor).to_be_focused()
    await expect(ann.words(draft.statements[0])).to_contain_text("One. Two.")
