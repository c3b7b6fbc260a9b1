"""A walk through every screen of the page, each in the state in which a person meets it."""

import asyncio
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import orjson
from playwright.async_api import expect

from tests.browser.line import Line
from tests.browser.test_streaming import held
from tests.browser.visiting import Window
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end

RICH = """## What I found

The **kitchen** has *nine* devices, of which [the oven](https://example.com/oven) is `on`:

| device | state | watts |
|---|---|--:|
| Oven | on | 1,200 |
| Dishwasher | off | 0 |

> Leave the window open while it cleans itself.

```yaml
trigger: sunset
action: a rather long line of code that does not fit into a narrow column and has to scroll inside of its own box
```

1. Turn it off.
2. Wait for `10 minutes`.
   - Then open it.
"""
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2

ADDED = '{"entity_type": "device", "name": "Pendant", "place": "study", "content": {"device_class": "lamp"}}'


@dataclass(frozen=True)
class Walk:
    """One way through the page, at a narrow or a wide screen."""

    window: Window
    model: Provider
    line: Line

    async def screens(self) -> AsyncGenerator[str]:
        """Bring about one screen after the other; their names."""
        for part in (
            self._talk,
            self._list,
            self._over,
            self._waiting,
            self._settings,
            self._usage,
            self._people,
            self._providers,
            self._elsewhere,
        ):
            async for name in part():
                yield name

    async def _talk(self) -> AsyncGenerator[str]:
        window, page = self.window, self.window.page
        await page.goto(self.line.address)
        await expect(page.locator(".empty li")).to_have_count(4)
        yield "empty"
        asked = call_delta(0, id="c1", name="get_devices_in_room", arguments='{"room": "kitchen"}')
        gate = asyncio.Event()
        looked = Answer((delta(role="assistant", content="I look. "), asked, end("tool_calls"), DONE))
        told = Answer((delta(role="assistant", content=""), gate, *(delta(content=RICH),), end(), DONE))
        self.model.answers.extend([looked, told])
        await window.says(f"What's in the kitchen, {LONG_WORD}?")
        await expect(window.answers.locator(".tool")).to_be_visible()
        yield "at-work"
        gate.set()
        answer = await window.whole_answer()
        yield "answer"
        await answer.get_by_role("button", name=re.compile("^Looked at")).click()
        await expect(answer.get_by_role("region", name="What came back")).to_be_visible()
        yield "tool"
        await answer.get_by_label("Ask again with another model").click()
        yield "asked-again-with"
        await page.keyboard.press("Escape")
        await answer.get_by_role("button", name="What it saw").click()
        await expect(page.get_by_role("dialog").get_by_text("Everything that went into this answer")).to_be_visible()
        for line in await page.get_by_role("dialog").locator(".opens > button").all():
            await line.click()
        yield "seen"
        await page.keyboard.press("Escape")
        self.model.answers.clear()
        (first, _), writing = held("Once **upon** a", " time")
        self.model.answers.extend([writing, Answer(answer_of("Another story."))])
        await window.says("A story")
        await window.says("And another one")
        first.set()
        await expect(window.page.get_by_text("Once upon a")).to_be_visible()
        yield "writing"
        await window.button("Stop the answer").click()
        await expect(window.page.get_by_text("Stopped here.")).to_be_visible()
        await window.answer_to("And another one")
        self.model.answers.clear()
        self.model.refuse(401)
        await window.says("And now?")
        await expect(window.page.locator(".problem").last).to_be_visible()
        yield "failed"
        self.line.cut()
        await window.says("Is anybody there?")
        await expect(window.page.get_by_text("Kept here")).to_be_visible()
        yield "away"
        self.line.come_back()
        await expect(window.page.get_by_text("Kept here")).to_have_count(0)
        await window.answer_to("Is anybody there?")

    async def _waiting(self) -> AsyncGenerator[str]:
        window, page = self.window, self.window.page
        self.model.answers.clear()
        asked = call_delta(0, id="c9", name="create_entity", arguments=ADDED)
        wants = Answer((delta(role="assistant", content=""), asked, end("tool_calls"), DONE))
        self.model.answers.extend([wants, Answer(answer_of("Then not."))])
        await window.says("Add a lamp to the study")
        await page.get_by_role("button", name="Change…").click()
        await expect(window.button("Do it so")).to_be_visible()
        yield "approval"
        await window.button("Back").click()
        await page.goto(f"{self.line.address}/inbox")
        await expect(window.button("Do it")).to_be_visible()
        yield "inbox"
        await window.button("No").click()
        await expect(page.get_by_text("You said no. Nothing was done.")).to_be_visible()
        await page.go_back()
        await window.whole_answer()
        self.model.answers.clear()

    async def _list(self) -> AsyncGenerator[str]:
        page = self.window.page
        if await page.get_by_label("Show conversations").is_visible():
            await page.get_by_label("Show conversations").click()
            await expect(page.get_by_role("navigation")).to_be_visible()
            yield "list"
        first = page.locator(".item").first
        await first.hover()
        await first.locator("summary").click()
        await expect(first.get_by_role("button", name="Rename")).to_be_visible()
        yield "item-menu"
        await first.get_by_role("button", name="Rename").click()
        await expect(page.get_by_label("Title", exact=True)).to_be_visible()
        yield "renaming"
        await page.keyboard.press("Escape")
        await page.locator(".me summary").click()
        await expect(page.get_by_role("group", name="Theme")).to_be_visible()
        yield "person"
        await page.keyboard.press("Escape")
        await page.get_by_role("searchbox").fill("kitchen")
        await expect(page.locator(".item mark").first).to_be_visible()
        yield "search"
        await page.get_by_role("searchbox").fill("nothing is called so")
        await expect(page.get_by_text("No chats found.")).to_be_visible()
        yield "nothing-found"
        await page.get_by_role("searchbox").fill("")
        await page.get_by_role("button", name="Show the archive").click()
        yield "archive"
        await page.keyboard.press("Escape")

    async def _over(self) -> AsyncGenerator[str]:
        page = self.window.page
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("combobox", name=re.compile("Find"))).to_be_focused()
        yield "palette"
        await page.keyboard.type("kitchen")
        await expect(page.locator(".choice mark").first).to_be_visible()
        yield "palette-found"
        await page.get_by_role("combobox", name=re.compile("Find")).fill("keyboard")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        yield "keys"
        await page.keyboard.press("Escape")
        await page.get_by_label(re.compile("^Who answers")).click()
        yield "who-answers"
        await page.get_by_role("button", name="How it answers").click()
        await page.get_by_role("button", name="More", exact=True).click()
        await page.get_by_label("Top p").fill("2")
        yield "how-it-answers"
        await page.keyboard.press("Escape")

    async def _settings(self) -> AsyncGenerator[str]:
        page = self.window.page
        await page.goto(f"{self.line.address}/settings")
        await page.get_by_role("button", name="Change name or e-mail").click()
        await expect(page.get_by_text("Nothing so far.")).to_be_visible()
        yield "settings"
        await page.goto(f"{self.line.address}/settings/access")
        await page.get_by_role("button", name="Choose one").click()
        await expect(page.get_by_text("There is none yet.")).to_be_visible()
        yield "access"
        await page.get_by_label("A new token for").fill("my laptop")
        await page.get_by_role("button", name="Make it").click()
        await expect(page.get_by_role("button", name="I have kept it")).to_be_visible()
        yield "token"
        await page.get_by_role("button", name="Revoke…").click()
        await expect(page.get_by_role("button", name="Revoke it")).to_be_visible()
        yield "revoking"
        await page.get_by_role("button", name="Revoke it").click()
        await expect(page.get_by_text("There is none yet.")).to_be_visible()

    async def _usage(self) -> AsyncGenerator[str]:
        page = self.window.page
        await page.goto(f"{self.line.address}/settings/usage")
        await expect(page.get_by_role("row", name="Together")).to_be_visible()
        await page.get_by_role("button", name="Set a budget").click()
        await page.get_by_label("Tokens", exact=True).fill("1000000")
        yield "budget"
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("meter")).to_be_visible()
        yield "usage"

    async def _people(self) -> AsyncGenerator[str]:
        page = self.window.page
        await page.goto(f"{self.line.address}/settings/people")
        await expect(page.get_by_label("Role of admin")).to_be_visible()
        await page.get_by_role("button", name="Invite somebody").click()
        yield "people"
        await page.goto(f"{self.line.address}/settings/projects")
        await page.get_by_role("button", name="Change").click()
        await expect(page.get_by_role("heading", name="Members")).to_be_visible()
        await page.get_by_role("button", name="Make a project").click()
        yield "projects"
        await page.goto(f"{self.line.address}/settings/data")
        await page.get_by_role("button", name="Add a datasource").click()
        await page.get_by_role("button", name="Check and keep").click()
        await expect(page.get_by_text("This is needed.")).to_be_visible()
        yield "datasource-lacking"
        await page.goto(f"{self.line.address}/settings/runs")
        await page.locator(".settings-rows button").first.click()
        await expect(page.get_by_text("What it was asked").first).to_be_visible()
        yield "runs"
        await page.goto(f"{self.line.address}/settings/system")
        await expect(page.get_by_text("How it does")).to_be_visible()
        await expect(page.get_by_text("Control devices", exact=True)).to_be_visible()
        yield "system"

    async def _providers(self) -> AsyncGenerator[str]:
        page = self.window.page
        await page.goto(f"{self.line.address}/settings/models")
        await page.get_by_role("button", name="Add a provider", exact=True).click()
        await page.get_by_role("button", name="Save, and let it answer").click()
        await expect(page.get_by_text("Choose at least one model")).to_be_visible()
        yield "provider-lacking"
        self.model.answers.clear()
        listed = orjson.dumps({"data": [{"id": f"a-family/with-a-rather-long-name-{n}"} for n in range(20)]})
        self.model.answers.append(Answer((listed,), headers={"Content-Type": "application/json"}))
        await page.get_by_label("Name", exact=True).fill("den")
        await page.get_by_label("Address").fill(self.model.base_url)
        await page.locator("form").get_by_role("button", name="Test").click()
        await page.get_by_role("form", name="A new provider").get_by_role("checkbox").first.check()
        yield "provider-tried"
        await page.get_by_role("button", name="Save, and let it answer").click()
        await expect(page.get_by_text("den is set up, and may answer.")).to_be_visible()
        await page.get_by_role("button", name="Close this message").click()
        yield "models"
        await page.get_by_role("button", name="More", exact=True).first.click()
        yield "defaults"
        await page.get_by_role("button", name="Change the routes").click()
        for model in ("den/a-family/with-a-rather-long-name-0", "openai/fake-1"):
            await page.get_by_label("Add to Fast").fill(model)
            await page.keyboard.press("Enter")
        yield "routes"
        await page.get_by_role("button", name="Cancel").click()
        await page.get_by_role("button", name="Remove…").click()
        await expect(page.get_by_role("button", name="Remove it")).to_be_visible()
        yield "removing"
        await page.get_by_role("button", name="Remove it").click()
        await expect(page.get_by_role("button", name="Remove…")).to_have_count(0)
        self.model.answers.clear()

    async def _elsewhere(self) -> AsyncGenerator[str]:
        page = self.window.page
        await page.goto(f"{self.line.address}/chat/01a1f96d-8e3e-7cf5-a8f1-7b5efecdc682")
        await expect(page.get_by_role("heading", name="This conversation is not here")).to_be_visible()
        yield "not-here"
