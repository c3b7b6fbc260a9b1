"""Somebody at a window: what they do and what they see, in the words of the page."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, StorageState, expect

PATIENCE_MS = 60_000
"""Longer than the longest pause of a page between two tries to reach its server again, which is 30 s."""
ALLOWED = ["clipboard-read", "clipboard-write"]
"""What a person has allowed the page to do."""
KNOWN = "() => document.querySelectorAll('.question').forEach(question => (question.dataset.known = ''))"
"""Marks every question that is shown, to tell one that comes later from them."""
ANSWERED = """words => {
  const last = name => [...document.querySelectorAll(name)].at(-1);
  const question = last(".question:not([data-known]) .said"), answer = last("article[aria-label=Answer]");
  const isBehind = () => question.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING;
  return question?.textContent === words && answer !== undefined && Boolean(isBehind());
}"""
"""Whether a new question says these words, and an answer stands behind it."""
LINE_LOST = re.compile(r"WebSocket connection to .* failed|net::ERR_|the server responded with a status of 401")
"""What a browser itself says of a server that is away, or of somebody who is not signed in yet."""


@dataclass
class Window:
    """A tab of the page, and everything it complained of or fetched."""

    page: Page
    complaints: list[str] = field(default_factory=list[str])
    fetched: list[str] = field(default_factory=list[str])

    def watch(self) -> None:
        """Note what happens from now on."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)

    async def signs_in(self, link: str) -> None:
        """Use a one-time link up."""
        await self.page.goto(link)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="What would you like to know?")).to_be_visible()

    async def signs_out(self) -> None:
        """Leave, by the menu below the list."""
        await self.page.get_by_label(re.compile("sign out$")).click()
        await self.button("Sign out").click()

    async def says(self, words: str) -> None:
        """Write something and send it."""
        await self.field.fill(words)
        await self.field.press("Enter")

    async def asks(self, words: str) -> Locator:
        """Say something and wait for the whole answer to it."""
        await self.page.evaluate(KNOWN)
        await self.says(words)
        return await self.answer_to(words)

    async def answer_to(self, words: str) -> Locator:
        """The whole answer to what was said last: these words."""
        await self.page.wait_for_function(ANSWERED, arg=words)
        return await self.whole_answer()

    async def whole_answer(self) -> Locator:
        """The last answer, once it has ended."""
        await expect(self.answers.last).to_have_attribute("aria-busy", "false")
        return self.answers.last

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_label("Message", exact=True)

    @property
    def answers(self) -> Locator:
        """Every answer that is shown."""
        return self.page.get_by_role("article", name="Answer")

    @property
    def questions(self) -> Locator:
        """Every question that is shown, sent or on its way."""
        return self.page.locator(".question .said")

    @property
    def words(self) -> Locator:
        """The words of the last answer, without what its tools did."""
        return self.answers.last.locator(".prose")

    def button(self, name: str) -> Locator:
        """What can be pressed under this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def copied(self) -> str:
        """The last answer as its Copy button gives it away, to the character."""
        await self.page.bring_to_front()
        await self.answers.last.get_by_role("button", name="Copy the answer").click()
        await expect(self.answers.last.get_by_role("button", name="Copied")).to_be_visible()
        return str(await self.page.evaluate("navigator.clipboard.readText()"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not LINE_LOST.search(message.text):
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        self.fetched.append(request.url)


@dataclass
class Visitor:
    """A browser of one's own, with its own sign-in."""

    context: BrowserContext
    address: str
    windows: list[Window] = field(default_factory=list[Window])

    async def opens(self, path: str | None = None) -> Window:
        """A new window, at an address of the house if one is given."""
        window = Window(await self.context.new_page())
        window.watch()
        self.windows.append(window)
        if path is not None:
            await window.page.goto(self.address + path)
        return window

    def has_nothing_to_complain_of(self) -> None:
        """Nothing broke, nothing was held back by the rules for browsers, nothing came from elsewhere."""
        for window in self.windows:
            assert window.complaints == [], window.complaints
            here = urlsplit(self.address).netloc
            assert [url for url in window.fetched if urlsplit(url).netloc != here] == []


async def visitor(
    browser: Browser,
    address: str,
    *,
    known: StorageState | None = None,
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
) -> Visitor:
    """Somebody with a screen of this size in pixels; signed in, if they are `known`."""
    is_phone = width < 500
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        has_touch=is_phone,
        is_mobile=is_phone,
        reduced_motion="reduce",
        permissions=ALLOWED,
        storage_state=known,
    )
    context.set_default_timeout(PATIENCE_MS)
    return Visitor(context, address)
