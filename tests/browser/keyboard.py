"""Somebody who has a keyboard and nothing else."""

from dataclasses import dataclass

from playwright.async_api import Page

FOCUSED = """
() => {
  let one = document.activeElement;
  if (one === null || one === document.body) return { name: "", seen: true };
  const labels = [...(one.labels ?? [])].map((label) => label.innerText).join(" ");
  const name = one.getAttribute("aria-label") || labels || one.innerText || one.getAttribute("placeholder") || "";
  const drawn = ({ outlineStyle, outlineWidth, boxShadow }) =>
    (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  let seen = false;
  for (let at = one; at !== null && !seen; at = at.parentElement) {
    seen = drawn(getComputedStyle(at)) && (at === one || at.matches(":focus-within"));
    if (at.matches("form, li, section, main, nav, dialog")) break;
  }
  return { name: name.replace(/\\s+/g, " ").trim(), seen };
}
"""


@dataclass(frozen=True)
class Keyboard:
    """Presses keys, and watches that the focus can always be seen."""

    page: Page

    async def focused(self) -> str:
        """What has the focus, by the name a screen reader would say. Fails when nobody could see where that is."""
        found = await self.page.evaluate(FOCUSED)
        assert found["seen"], f"nothing shows that {found['name']!r} has the focus"
        return str(found["name"])

    async def goes_to(self, name: str, *, key: str = "Tab", most: int = 80) -> None:
        """Press a key until what has the focus is called so, or begins so."""
        passed: list[str] = []
        for _ in range(most):
            await self.page.keyboard.press(key)
            passed.append(await self.focused())
            if passed[-1].startswith(name):
                return
        raise AssertionError(f"{key} never leads to {name!r}, but to {list(dict.fromkeys(passed))}")

    async def presses(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def writes(self, words: str) -> None:
        """Letters, one after the other."""
        await self.page.keyboard.type(words)

    async def chooses(self, name: str, *, key: str = "Tab") -> None:
        """Go to what is called so, and press it."""
        await self.goes_to(name, key=key)
        await self.presses("Enter")
