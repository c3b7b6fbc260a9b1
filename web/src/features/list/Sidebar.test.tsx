/** The list as a person uses it, on the whole page over a server that the test plays by hand. */

import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Played } from "../../app/played";
import type { Approval, Conversation } from "../../protocol";
import type { SearchHit } from "../../protocol/search";
import { approval, at, head } from "../../state/story";

const ID = (digit: number) => `0199a000-0000-7000-8000-00000000000${digit}`;
const LAMPS = conversation(9, "Lamps upstairs", { message_count: 1 });
const FANS = conversation(8, "Fans", { last_message: { text: "and how often?", is_user: true, created_at: at(8) } });
const OVEN = conversation(7, "Oven", { last_message: { text: "It is on.", is_user: false, created_at: at(7) } });

let page: Played;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(at(300)) });
  localStorage.clear();
  page = new Played();
  page.clock.epoch = Date.now();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function conversation(digit: number, title: string, changes: Partial<Conversation> = {}): Conversation {
  return head(digit, { id: ID(digit), title, ...changes });
}

async function opens(path = "/chat", inbox: Approval[] = []): Promise<void> {
  await page.opens(path);
  await page.list([LAMPS, FANS, OVEN], inbox);
}

const side = () => within(screen.getByRole("navigation"));
const item = (name: RegExp) => side().getByRole("link", { name });
const titles = () => [...document.querySelectorAll(".item-link b")].map((title) => title.textContent);

async function chooses(title: string, what: string): Promise<void> {
  await userEvent.click(side().getByLabelText(`More for ${title}`));
  await userEvent.click(side().getByRole("button", { name: what }));
}

describe("an item", () => {
  test("says what was said last, how much was said and how long ago, and which one is open", async () => {
    await opens(`/chat/${ID(8)}`);
    expect(item(/^Fans You: and how often\?.*8 messages, 4 minutes ago$/).getAttribute("aria-current")).toBe("page");
    expect(item(/^Oven It is on\. 7 messages/).getAttribute("aria-current")).toBeNull();
    expect(item(/1 message, 4 minutes ago/).textContent).toContain("Lamps upstairs");
    expect(side().getByRole("region", { name: "Today" })).toBeTruthy();
  });

  test("says what it waits for", async () => {
    const asked = { conversation_id: ID(7), requested_at: at(7), label: "Turn the hall light on" };
    await opens("/chat", [approval("a", asked)]);
    expect(item(/^Oven Waiting for you: turn the hall light on/)).toBeTruthy();
    expect(side().getByRole("link", { name: "1 waiting" }).getAttribute("href")).toBe(`/chat/${ID(7)}#m`);
  });

  test("tells the time by the server's clock, however wrong this machine's is", async () => {
    const aDay = 86_400_000;
    vi.setSystemTime(Date.parse(at(300)) + aDay);
    page.clock.epoch = Date.now();
    await page.opens("/chat");
    await page.greets(at(300));
    await page.list([LAMPS]);
    expect(item(/4 minutes ago/)).toBeTruthy();
    expect(side().getByRole("region", { name: "Today" })).toBeTruthy();
  });
});

describe("renaming", () => {
  test("Enter keeps the new title, and the focus is on the item again", async () => {
    await opens();
    await chooses("Fans", "Rename");
    await userEvent.clear(screen.getByLabelText("Title"));
    await userEvent.type(screen.getByLabelText("Title"), "  Fans   and vents {Enter}");
    expect(titles()).toEqual(["Lamps upstairs", "Fans and vents", "Oven"]);
    expect(page.asked).toEqual([`change ${ID(8)} {"title":"Fans and vents"}`]);
    expect(document.activeElement).toBe(item(/Fans and vents/));
  });

  test("Escape leaves it as it was", async () => {
    await opens();
    item(/Fans/).focus();
    await userEvent.keyboard("{F2}Something{Escape}");
    expect(titles()).toContain("Fans");
    expect(page.asked).toEqual([]);
    expect(document.activeElement).toBe(item(/Fans/));
  });

  test("an empty title is refused in words, and what was there stays", async () => {
    await opens();
    await chooses("Fans", "Rename");
    await userEvent.clear(screen.getByLabelText("Title"));
    await userEvent.type(screen.getByLabelText("Title"), "  {Enter}");
    expect(screen.getByRole("alert").textContent).toBe("A title needs at least one word.");
    expect(document.activeElement).toBe(screen.getByLabelText("Title"));
    await userEvent.click(screen.getByLabelText("Message"));
    expect(titles()).toContain("Fans");
    expect(page.asked).toEqual([]);
  });
});

describe("putting away and deleting", () => {
  test("archiving hides at once, puts the focus beside, and can be undone", async () => {
    await opens();
    await chooses("Fans", "Archive");
    expect(titles()).toEqual(["Lamps upstairs", "Oven"]);
    expect(document.activeElement).toBe(item(/Oven/));
    await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await page.heard();
    expect(titles()).toEqual(["Lamps upstairs", "Fans", "Oven"]);
    expect(page.asked).toEqual([`change ${ID(8)} {"is_archived":true}`, `change ${ID(8)} {"is_archived":false}`]);
  });

  test("deleting the open one by its key leads to a new conversation, and the keys take it back", async () => {
    await opens(`/chat/${ID(9)}`);
    item(/Lamps/).focus();
    await userEvent.keyboard("{Delete}");
    expect(titles()).toEqual(["Fans", "Oven"]);
    expect(location.pathname).toBe("/chat");
    (document.activeElement as HTMLElement).blur();
    await userEvent.keyboard("{Control>}z{/Control}");
    expect(titles()).toEqual(["Lamps upstairs", "Fans", "Oven"]);
    await page.passes(20_000);
    expect(page.asked).toEqual([]);
  });

  test("where one writes, the keys for taking back are the field's own", async () => {
    await opens();
    await chooses("Fans", "Delete");
    screen.getByLabelText("Message").focus();
    await userEvent.keyboard("{Control>}z{/Control}");
    expect(titles()).toEqual(["Lamps upstairs", "Oven"]);
    await page.passes(10_000);
    expect(page.asked).toEqual([`delete ${ID(8)}`]);
  });

  test("the archive is read when it is opened, and holds what was put there", async () => {
    await opens();
    await chooses("Fans", "Archive");
    await userEvent.click(side().getByRole("button", { name: "Show the archive" }));
    await page.heard();
    expect(page.asked).toContain("list archive 0");
    expect(within(side().getByRole("region", { name: "Archive" })).getByRole("link", { name: /Fans/ })).toBeTruthy();
    await chooses("Fans", "Take out of the archive");
    await page.heard();
    expect(side().getByText("Nothing is archived.")).toBeTruthy();
    expect(titles()).toEqual(["Lamps upstairs", "Fans", "Oven"]);
  });
});

describe("searching", () => {
  const field = () => screen.getByLabelText("Search everything said");

  test("finds titles at once and what was said a moment later, and leads to the message", async () => {
    const marks = [{ start: 6, end: 10 }];
    const said = { message_id: "m-1", role: "user", excerpt: "Which lamp is on?", marks, created_at: at(2) } as const;
    page.hits = [hit({ conversation_id: ID(3), title: "Energy", title_marks: [], ...said })];
    await opens();
    await userEvent.type(field(), "lamp");
    expect(titles()).toEqual(["Lamps upstairs"]);
    expect(side().getByText("Looking through what was said…")).toBeTruthy();
    await page.passes(200);
    expect(page.asked).toEqual(["search lamp 0"]);
    expect(titles()).toEqual(["Lamps upstairs", "Energy"]);
    const found = item(/^Energy You: Which lamp is on\? 4 minutes ago$/);
    expect(found.getAttribute("href")).toBe(`/chat/${ID(3)}#m-1`);
    expect([...found.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["lamp"]);
    await userEvent.click(found);
    expect(location.pathname + location.hash).toBe(`/chat/${ID(3)}#m-1`);
  });

  test("says when nothing was found, and Escape brings the list back", async () => {
    await opens();
    await userEvent.type(field(), "zebra");
    await page.passes(200);
    expect(side().getByText(/^No chats found\./)).toBeTruthy();
    await userEvent.type(field(), "{Escape}");
    expect(titles()).toEqual(["Lamps upstairs", "Fans", "Oven"]);
    expect(document.activeElement).toBe(field());
  });

  test("what is deleted is not found any more", async () => {
    page.hits = [hit({ conversation_id: ID(8), title: "Fans" })];
    await opens();
    await chooses("Fans", "Delete");
    await userEvent.type(field(), "fan");
    await page.passes(200);
    expect(titles()).toEqual([]);
  });
});

test("the arrows go from the search through the list and back", async () => {
  await opens();
  await userEvent.click(screen.getByLabelText("Search everything said"));
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(document.activeElement).toBe(item(/Fans/));
  await userEvent.keyboard("{End}");
  expect(document.activeElement).toBe(item(/Oven/));
  await userEvent.keyboard("{Home}{ArrowUp}");
  expect(document.activeElement).toBe(screen.getByLabelText("Search everything said"));
});

test("the list can be read from its oldest end", async () => {
  await opens();
  fireEvent.change(side().getByLabelText("Order of the list"), { target: { value: "oldest" } });
  expect(titles()).toEqual(["Oven", "Fans", "Lamps upstairs"]);
});

test("without a conversation it says so", async () => {
  await page.opens("/chat");
  expect(side().getByText("Loading conversations…")).toBeTruthy();
  await page.list([]);
  expect(side().getByText(/^No chats yet\./)).toBeTruthy();
});

function hit(changes: Partial<SearchHit>): SearchHit {
  const nothing = { message_id: null, role: null, excerpt: "", marks: [], created_at: null };
  return { conversation_id: ID(1), project_id: "p", title: "", title_marks: [], is_archived: false, last_activity_at: at(1), ...nothing, ...changes };
}
