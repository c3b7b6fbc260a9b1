/** Finding one's way: addresses, keys, what lies over the page, and who listens to it. */

import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { at, body, empty, head } from "../state/story";
import { go } from "../ui/navigation";
import { COMMAND } from "./keys";
import { Played } from "./played";

const ID = head(0).id;
const PROJECT = "0199a000-0000-7000-8000-00000000000a";
const LAMPS = head(9, { title: "Lamps" });
const SEARCH = "Find a conversation, or something to do";

let page: Played;

beforeEach(() => {
  localStorage.clear();
  page = new Played();
});
afterEach(cleanup);

async function opens(path = "/chat"): Promise<void> {
  await page.opens(path);
  await page.list([LAMPS, head(8, { id: ID.replace("2", "3"), title: "Fans" })]);
}

const palette = () => screen.findByRole("combobox", { name: SEARCH });
const options = () => within(screen.getByRole("listbox", { name: "What was found" })).queryAllByRole("option").map((option) => option.textContent);
const command = (key: string) => userEvent.keyboard(`{Control>}${key}{/Control}`);

describe("an address", () => {
  test("where nothing is says so and leads on", async () => {
    await opens("/chats/of/yesterday");
    expect(screen.getByRole("heading", { name: "Nothing is here" })).toBeTruthy();
    expect(screen.getByText(/has the address \/chats\/of\/yesterday/)).toBeTruthy();
    await userEvent.click(screen.getByRole("link", { name: "Begin a conversation" }));
    expect(location.pathname).toBe("/chat");
    expect(screen.getByLabelText("Message")).toBeTruthy();
  });

  test("of a project one is no member of says so", async () => {
    await opens(`/projects/${PROJECT}/chat`);
    expect(screen.getByRole("heading", { name: "This project is not here" })).toBeTruthy();
  });

  test("of one's own project begins a conversation there", async () => {
    page.me?.projects.push({ id: PROJECT, name: "Garden", is_home: false, is_owner: true, is_archived: false });
    await opens(`/projects/${PROJECT}/chat`);
    await userEvent.type(screen.getByLabelText("Message"), "Hello{Enter}");
    const [sent] = page.lines.last.heard("send_message");
    expect(sent).toMatchObject({ content: "Hello", project_id: PROJECT });
    const ids = { conversation_id: ID, message_id: "q", turn_id: "t" };
    const reply_to = String(sent?.["client_message_id"]);
    await page.heard(() => page.lines.last.say({ type: "ack", reply_to, ids, seq: 2, duplicate: false, timestamp: at(0) }));
    expect(location.pathname).toBe(`/projects/${PROJECT}/chat/${ID}`);
  });

  test("of another project begins another conversation, whatever is still on its way in the first", async () => {
    page.me?.projects.push({ id: PROJECT, name: "Garden", is_home: false, is_owner: true, is_archived: false });
    await opens(`/projects/${PROJECT}/chat`);
    await userEvent.type(screen.getByLabelText("Message"), "For the garden{Enter}");
    await userEvent.click(screen.getByLabelText("Begins in: Garden"));
    await userEvent.click(screen.getByRole("button", { name: "Home" }));
    await page.heard();
    expect(screen.queryByText("For the garden")).toBeNull();
    await userEvent.type(screen.getByLabelText("Message"), "For the house{Enter}");
    const sent = page.lines.last.heard("send_message");
    expect(sent).toMatchObject([{ content: "For the garden", project_id: PROJECT }, { content: "For the house", project_id: null }]);
  });

  test("where a conversation began leads to it, also for whoever was elsewhere meanwhile", async () => {
    await opens();
    await userEvent.type(screen.getByLabelText("Message"), "Hello{Enter}");
    const reply_to = String(page.sent("send_message")?.["client_message_id"]);
    await page.heard(() => go("/inbox"));
    await page.heard(() => go("/chat"));
    expect(screen.getByText("Hello")).toBeTruthy();
    const ids = { conversation_id: ID, message_id: "q", turn_id: "t" };
    await page.heard(() => page.lines.last.say({ type: "ack", reply_to, ids, seq: 2, duplicate: false, timestamp: at(0) }));
    expect(location.pathname).toBe(`/chat/${ID}`);
    expect(screen.getByText("Hello")).toBeTruthy();
  });

  test("going back and forth leads where one was", async () => {
    await opens();
    await userEvent.click(screen.getByRole("link", { name: /^Lamps/ }));
    expect(location.pathname).toBe(`/chat/${ID}`);
    history.back();
    await page.heard(() => dispatchEvent(new PopStateEvent("popstate")));
    expect(screen.getByRole("link", { name: /^Lamps/ }).getAttribute("aria-current")).toBe(
      location.pathname === "/chat" ? null : "page",
    );
  });
});

describe("coming in", () => {
  test("a link that was opened while signed out is where the sign-in leads", async () => {
    page.me = null;
    await page.opens(`/chat/${ID}#m-1`);
    expect(screen.getByText(/You are not signed in here/)).toBeTruthy();
    cleanup();
    await page.opens("/link?token=secret");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    await page.heard();
    expect(location.pathname + location.hash).toBe(`/chat/${ID}#m-1`);
  });

  test("a link can be pasted where one stands, and one stays there", async () => {
    page.me = null;
    await page.opens(`/chat/${ID}`);
    await userEvent.type(screen.getByLabelText("Sign-in link"), "nonsense{Enter}");
    expect(screen.getByRole("alert").textContent).toContain("This is not a sign-in link.");
    await userEvent.clear(screen.getByLabelText("Sign-in link"));
    await userEvent.type(screen.getByLabelText("Sign-in link"), "http://house/link?token=abc{Enter}");
    await page.heard();
    expect(page.asked).toEqual(["sign in abc"]);
    expect(location.pathname).toBe(`/chat/${ID}`);
    expect(screen.getByRole("navigation", { name: "Conversations" })).toBeTruthy();
  });

  test("a session that ended elsewhere says so, and the draft is there afterwards", async () => {
    await opens();
    await userEvent.type(screen.getByLabelText("Message"), "half a thought");
    await page.heard(() => page.lines.last.drop(1008));
    expect(screen.getByText(/it was signed out elsewhere, or it ran out/)).toBeTruthy();
    await userEvent.type(screen.getByLabelText("Sign-in link"), "http://house/link?token=abc{Enter}");
    await page.heard();
    expect(screen.getByLabelText<HTMLTextAreaElement>("Message").value).toBe("half a thought");
  });
});

describe("the palette", () => {
  test("opens by its keys, finds a title at once, opens it, and gives the focus back", async () => {
    await opens();
    await command("k");
    await userEvent.type(await palette(), "lamp");
    expect(options()).toEqual(["Lamps"]);
    await userEvent.keyboard("{Enter}");
    expect(location.pathname).toBe(`/chat/${ID}`);
    expect(screen.queryByRole("combobox", { name: SEARCH })).toBeNull();
  });

  test("Escape closes it, and the focus is where it was", async () => {
    await opens();
    const link = screen.getByRole("link", { name: /^Lamps/ });
    link.focus();
    await command("k");
    await palette();
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(document.activeElement).toBe(link);
  });

  test("offers what can be done, and does what the arrows chose", async () => {
    await opens(`/chat/${ID}`);
    await command("k");
    await palette();
    expect(options()).toEqual(["New conversation", "Lamps", "Fans", "Settings", "Keys"]);
    await userEvent.keyboard("{ArrowUp}{Enter}");
    expect(await screen.findByRole("dialog", { name: "Keys" })).toBeTruthy();
  });

  test("finds what was said", async () => {
    const said = { message_id: "m-1", role: "assistant", excerpt: "The boiler hums.", created_at: at(1) } as const;
    page.hits = [{ conversation_id: ID, project_id: "p", title: "Lamps", title_marks: [], is_archived: false, last_activity_at: at(9), marks: [{ start: 4, end: 10 }], ...said }];
    await opens();
    await command("k");
    await userEvent.type(await palette(), "boiler");
    expect(options()).toEqual([]);
    await page.passes(200);
    expect(options()).toEqual(["LampsThe boiler hums."]);
    await userEvent.keyboard("{Enter}");
    expect(location.pathname + location.hash).toBe(`/chat/${ID}#m-1`);
  });

  test("chooses who answers", async () => {
    page.models.push({ id: "openai/fake", provider: "openai", host: "models.example", is_allowed: true, is_default: false });
    await opens();
    await command("k");
    await userEvent.type(await palette(), "openai{Enter}");
    await userEvent.type(screen.getByLabelText("Message"), "Who are you?{Enter}");
    expect(page.lines.last.heard("send_message")).toMatchObject([{ model: "openai/fake" }]);
  });

  test("changes the theme", async () => {
    await opens();
    await command("k");
    await userEvent.type(await palette(), "dark{Enter}");
    expect(localStorage.getItem("parlour.theme")).toBe('"dark"');
  });
});

describe("the keys", () => {
  test("are listed by ?, but not where one writes", async () => {
    await opens();
    await userEvent.type(screen.getByLabelText("Message"), "?");
    expect(screen.queryByRole("dialog")).toBeNull();
    screen.getByRole("link", { name: /^Lamps/ }).focus();
    await userEvent.keyboard("?");
    const list = await screen.findByRole("dialog", { name: "Keys" });
    expect(within(list).getAllByText(COMMAND)).toHaveLength(2);
    await userEvent.click(within(list).getByRole("button", { name: "Close" }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("the first one leads past the list", async () => {
    await opens();
    (document.activeElement as HTMLElement).blur();
    await userEvent.tab();
    expect(document.activeElement?.textContent).toBe("Skip to the conversation");
    await userEvent.keyboard("{Enter}");
    expect(document.activeElement).toBe(screen.getByLabelText("Message"));
  });
});

test("who one is, the theme and the way out are in one menu", async () => {
  await opens();
  await userEvent.click(screen.getByLabelText("Robin: theme, keys, settings, sign out"));
  await userEvent.click(screen.getByRole("button", { name: "Dark" }));
  expect(screen.getByRole("button", { name: "Dark" }).getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByRole("link", { name: "Settings" }).getAttribute("href")).toBe("/settings");
  await userEvent.click(screen.getByRole("button", { name: "Sign out" }));
  await page.heard();
  expect(screen.getByText("You are signed out.")).toBeTruthy();
});

describe("an answer is announced", () => {
  const begun = body("a", { role: "assistant", parent_id: "q", status: "running", client_message_id: null });
  const chunk = { type: "stream_chunk", message_id: "a", attempt: 1, part: 0, kind: "text", chunk_index: 0 } as const;
  const nothing = { length: null, model: null, models: null, cached: false, usage: null, status: null, error: null };
  const open = { ...nothing, is_final: false };
  const asked = [
    { type: "new_message", message: body("q", { parts: [{ kind: "text", text: "Why?", length: 4 }] }) },
    { type: "assistant_message_start", message: begun },
    { ...chunk, ...open, chunk: "Because **of**", offset: 0 },
  ] as const;
  const ended = [
    { ...chunk, ...open, chunk: " the lamp.", offset: 14 },
    { ...chunk, ...open, chunk: "", offset: 24, is_final: true, length: 24, status: "completed", model: "built-in" },
  ] as const;
  const heard = () => [...document.querySelectorAll(".unseen[role=status]")].map((region) => region.textContent).join("");

  test("once, when it is whole", async () => {
    await opens(`/chat/${ID}`);
    await page.snapshot({ ...empty(), conversation: LAMPS });
    await page.happens(...asked);
    expect(heard()).toBe("");
    await page.happens(...ended);
    expect(heard()).toBe("Answer: Because of the lamp.");
  });

  test("that was whole as soon as it was seen", async () => {
    await opens(`/chat/${ID}`);
    await page.snapshot({ ...empty(), conversation: LAMPS });
    await page.happens(...asked, ...ended);
    expect(heard()).toBe("Answer: Because of the lamp.");
  });

  test("unless it had come before", async () => {
    await opens(`/chat/${ID}`);
    await page.snapshot({ ...empty(), conversation: LAMPS, messages: [{ ...begun, status: "completed", position: 2, rev: 1 }] });
    expect(heard()).toBe("");
  });

  test("until it is taken back", async () => {
    await opens(`/chat/${ID}`);
    await page.snapshot({ ...empty(), conversation: LAMPS });
    await page.happens(...asked, ...ended, { type: "message_deleted", message_id: "a", deleted_at: at(9) });
    expect(heard()).toBe("");
  });
});

test("what the house says is announced once, and not what it had said before one came", async () => {
  await opens(`/chat/${ID}`);
  const before = { id: "n-1", level: "info", text: "The Kettle was removed.", created_at: at(1) } as const;
  const heard = () => [...document.querySelectorAll(".unseen[role=status]")].map((region) => region.textContent).join("");
  await page.snapshot({ ...empty(), conversation: LAMPS, notices: [before] });
  expect(screen.getByText(before.text)).toBeTruthy();
  expect(heard()).toBe("");
  await page.happens({ type: "system_notification", notice: { ...before, id: "n-2", text: "The Fan was removed." } });
  expect(heard()).toBe("The Fan was removed.");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("while the line is lost the seconds to the next try are said, and it can be tried at once", async () => {
  await opens();
  for (const pause of [1_000, 2_000, 4_000]) {
    await page.heard(() => page.lines.last.drop());
    await page.passes(pause);
  }
  await page.heard(() => page.lines.last.drop());
  expect(screen.getByText("Next try in 8 s.")).toBeTruthy();
  await page.passes(3_000);
  expect(screen.getByText("Next try in 5 s.")).toBeTruthy();
  expect(screen.getByText("Reconnecting. What you write is kept and goes out once.")).toBeTruthy();
  const before = page.lines.made.length;
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  await page.heard();
  expect(page.lines.made).toHaveLength(before + 1);
  expect(screen.queryByText(/Next try/)).toBeNull();
});
