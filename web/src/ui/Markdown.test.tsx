import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Markdown } from "./Markdown";

afterEach(cleanup);

describe("what could do harm", () => {
  let alerted = vi.fn();
  beforeEach(() => {
    alerted = vi.fn();
    vi.stubGlobal("alert", alerted);
  });

  const attacks = [
    "<script>alert(1)</script>",
    "before <img src=x onerror=alert(1)> after",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<svg onload=alert(1)>",
    "<style>body { display: none }</style>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:x)",
    "<a href='https://example.org' onclick='alert(1)'>a</a>",
    "![a](https://example.org/pixel.png)",
    "![a](javascript:alert(1))",
    "[![a](https://example.org/p.png)](javascript:alert(1))",
    "<form action='https://example.org'><input name=a></form>",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "- <details open ontoggle=alert(1)>",
    "| <img src=x onerror=alert(1)> |\n|---|\n| <script>1</script> |",
  ];

  test.each(attacks)("%s is words, not markup", (text) => {
    const { container } = render(<Markdown text={text} />);
    expect(container.querySelector("script, img, iframe, svg, style, form, object, embed")).toBeNull();
    for (const element of container.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^style$|^srcdoc$/);
        expect(value).not.toMatch(/^\s*(javascript|data|vbscript):/i);
      }
    }
    expect(alerted).not.toHaveBeenCalled();
  });

  test("only web and mail addresses can be followed, and they learn nothing of this page", () => {
    render(<Markdown text="[web](https://example.org/a) [mail](mailto:a@example.org) [file](file:///etc) [here](/admin)" />);
    const links = screen.getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://example.org/a", "mailto:a@example.org"]);
    for (const link of links) expect(link.getAttribute("rel")).toBe("noopener noreferrer");
  });
});

describe("what is shown", () => {
  test("a picture becomes a line that names it and where it is", () => {
    const { container } = render(<Markdown text="![the oven](https://example.org/oven.png)" />);
    expect(screen.getByRole("link", { name: "the oven" })).toBeTruthy();
    expect(container.textContent).toBe("Not loaded: the oven · example.org");
  });

  test("a link that reads like another address says where it leads", () => {
    const { container } = render(<Markdown text="[https://bank.example](https://evil.example/login)" />);
    expect(container.textContent).toBe("https://bank.example (leads to evil.example)");
  });

  test("code says its language and is copied without its fence", async () => {
    const user = userEvent.setup();
    render(<Markdown text={"```python\nprint(1)\n```"} />);
    expect(screen.getByText("python")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Copy the code" }));
    expect(await navigator.clipboard.readText()).toBe("print(1)");
    expect(screen.getByRole("button", { name: "Copied" })).toBeTruthy();
  });

  test("code is coloured word by word, and never more than words", async () => {
    const { container } = render(<Markdown text={"```html\n<script>alert(1)</script>\n```"} />);
    await vi.waitFor(() => expect(container.querySelector(".code-name")).not.toBeNull());
    expect(container.querySelector("code")?.textContent).toBe("<script>alert(1)</script>");
    expect(container.querySelector("script")).toBeNull();
  });

  test("a table is copied as a spreadsheet takes it", async () => {
    const user = userEvent.setup();
    render(<Markdown text={"| a | b |\n|---|--:|\n| **one** | =1+1 |"} />);
    await user.click(screen.getByRole("button", { name: "Copy the table" }));
    expect(await navigator.clipboard.readText()).toBe("a\tb\none\t'=1+1");
  });

  test("every piece is read in the direction of its own words", () => {
    const { container } = render(<Markdown text={"Hello\n\nمرحبا\n\n- one\n\n| a |\n|---|\n| b |"} />);
    expect([...container.querySelectorAll("[dir=auto]")].map((one) => one.tagName)).toEqual(["P", "P", "UL", "TABLE"]);
  });

  test("markup is shown as it was written", () => {
    const { container } = render(<Markdown text={"Use <b>this</b>.\n\n<div>\nand that\n</div>"} />);
    expect(container.textContent).toContain("Use <b>this</b>.");
    expect(container.textContent).toContain("<div>");
  });

  test("a line break asked for in a table is one", () => {
    const { container } = render(<Markdown text={"| a |\n|---|\n| one<br>two |"} />);
    expect(container.querySelector("td br")).not.toBeNull();
  });

  test("tables, lists and code look like themselves", () => {
    const { container } = render(<Markdown text={"| a | b |\n|---|--:|\n| 1 | 2 |\n\n- x\n\n```\ncode\n```\n\n**bold**"} />);
    for (const part of ["table td", "ul li", "pre code", "strong"]) expect(container.querySelector(part)).not.toBeNull();
  });
});
