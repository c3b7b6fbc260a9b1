import { render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cleanup } from "@testing-library/react";
import { Markdown, safeAddress } from "./Markdown";

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

  test("an address is safe by its scheme alone", () => {
    expect(safeAddress("https://example.org")).toBe("https://example.org/");
    for (const address of [undefined, "", "ftp://example.org", " javascript:1", "java\nscript:1", "//example.org"]) {
      expect(safeAddress(address)).toBeNull();
    }
  });
});

describe("what is shown", () => {
  test("a picture becomes a link with its name", () => {
    render(<Markdown text="![the oven](https://example.org/oven.png)" />);
    expect(screen.getByRole("link", { name: "the oven" })).toBeTruthy();
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
