"""An answer that is seen being written, by everybody who looks, whatever they do meanwhile."""

import asyncio

from playwright.async_api import Locator, expect

from tests.browser.test_asking import ran
from tests.browser.visiting import Visitor, Window
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end, usage

MARKUP = (
    '<script>window.ran = 1</script> <img src="x" onerror="window.ran = 1"> '
    "[press](javascript:window.ran=1) ![far](https://far.example/pixel.png) "
    '<a href="javascript:window.ran=1">here</a> <iframe src="https://far.example"></iframe>'
)


def held(*pieces: str) -> tuple[tuple[asyncio.Event, ...], Answer]:
    """An answer whose pieces come one by one, each once its event is set; and the events."""
    gates = tuple(asyncio.Event() for _ in pieces)
    acts = [act for gate, piece in zip(gates, pieces, strict=True) for act in (gate, delta(content=piece))]
    return gates, Answer((delta(role="assistant", content=""), *acts, end(), usage(7, 3), DONE))


async def test_an_answer_grows_under_a_caret_and_is_then_at_rest(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    (first, second, third), answer = held("The **kit", "chen** has\n\n- a lamp\n", "- an oven\n")
    model.answers.append(answer)
    await window.says("Tell me")
    await expect(window.button("Stop the answer")).to_be_visible()
    first.set()
    await expect(window.words).to_have_text("The **kit")
    assert await caret(window.words.locator("p")) != "none"
    second.set()
    await expect(window.words.locator("strong")).to_have_text("kitchen")
    await expect(window.answers).to_have_attribute("aria-busy", "true")
    third.set()
    await expect(window.words.locator("li")).to_have_text(["a lamp", "an oven"])
    await window.whole_answer()
    assert await caret(window.words.locator("li").last) == "none"
    await expect(window.button("Stop the answer")).to_have_count(0)


async def test_a_stopped_answer_keeps_its_words_and_a_second_one_stands_beside_it(
    admin: Visitor, model: Provider
) -> None:
    window = admin.windows[0]
    (first, _), answer = held("Once upon", " a time")
    model.answers.extend([answer, Answer(answer_of("Another ", "story."))])
    await window.says("A story, please")
    first.set()
    await expect(window.words).to_have_text("Once upon")
    await window.button("Stop the answer").click()
    await expect(window.answers.get_by_text("Stopped here.")).to_be_visible()
    await expect(window.words).to_have_text("Once upon")
    await window.button("Ask again").click()
    await expect(window.words).to_have_text("Another story.")
    await expect(window.answers).to_have_count(1)
    await window.whole_answer()
    await window.button("Earlier version").click()
    await expect(window.words).to_have_text("Once upon")
    await window.page.reload()
    await expect(window.words).to_have_text("Another story.")
    await expect(window.answers.locator(".versions")).to_contain_text("2 of 2")


async def test_markup_in_an_answer_is_shown_and_never_run(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    model.answer(*answer_of(MARKUP))
    answer = await window.asks("Say something dangerous")
    await expect(answer.locator(".prose")).to_contain_text("<script>window.ran = 1</script>")
    await expect(answer.locator("script, img, iframe, [onerror], a[href^=javascript]")).to_have_count(0)
    await answer.get_by_text("press").click()
    assert await ran(window.page) is None
    assert not [url for url in window.fetched if "far.example" in url]


async def test_a_message_sent_while_an_answer_runs_is_answered_next(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    (gate,), answer = held("First.")
    model.answers.extend([answer, Answer(answer_of("Second."))])
    await window.says("One")
    await expect(window.button("Stop the answer")).to_be_visible()
    await window.says("Two")
    await expect(window.page.get_by_text("Answered next, when the one before is done.")).to_be_visible()
    gate.set()
    await expect(window.page.locator(".prose")).to_have_text(["First.", "Second."])
    await expect(window.questions).to_have_text(["One", "Two"])


async def test_after_a_reload_in_mid_stream_and_in_two_windows_the_text_is_the_same_to_the_last_character(
    admin: Visitor, model: Provider
) -> None:
    pieces = ["Grüße, ", "👩‍👩‍👧 ", "naïve ", "`code` ", "and ", "日本", "語."]
    window = admin.windows[0]
    gates, answer = held(*pieces)
    model.answers.append(answer)
    await window.says("Tell me")
    for gate in gates[:3]:
        gate.set()
    await expect(window.words).to_have_text("Grüße, 👩‍👩‍👧 naïve")
    other = await admin.opens(await path(window))
    await expect(other.words).to_have_text("Grüße, 👩‍👩‍👧 naïve")
    await window.page.reload()
    await expect(window.words).to_have_text("Grüße, 👩‍👩‍👧 naïve")
    for gate in gates[3:]:
        gate.set()
    for one in (window, other):
        await one.whole_answer()
        assert await one.words.inner_text() == "".join(pieces).replace("`", "")
    assert len(model.received) == 1


async def test_a_tool_is_seen_at_work_and_then_says_what_came_of_it(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    gate = asyncio.Event()
    asked = call_delta(0, id="c1", name="get_devices_in_room", arguments='{"room": "kitchen"}')
    model.answers.append(Answer((delta(role="assistant", content="I look. "), asked, end("tool_calls"), DONE)))
    model.answers.append(Answer((delta(content="", role="assistant"), gate, delta(content="Done."), end(), DONE)))
    await window.says("The kitchen?")
    line = window.answers.locator(".tool")
    await expect(line).to_contain_text("Looked at the Kitchen")
    await expect(window.answers.get_by_text("Reading what came back…")).to_be_visible()
    gate.set()
    await expect(window.words).to_have_text(["I look.", "Done."])


async def caret(inside: Locator) -> str:
    """What stands behind the last letter: "none" for nothing."""
    return str(await inside.evaluate("element => getComputedStyle(element, '::after').content"))


async def path(window: Window) -> str:
    """Where a window is, within the house."""
    await window.page.wait_for_url("**/chat/*")
    return str(await window.page.evaluate("location.pathname"))
