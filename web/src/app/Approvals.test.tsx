import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Approval, MessageBody, ToolCallPart } from "../protocol";
import type { ToolView } from "../protocol/rest";
import { approval, body, empty, head } from "../state/story";
import { Played } from "./played";

const TALK = head(1, { title: "Lamps" });
const LATER = "2999-01-01T00:00:00.000Z";
const LAMP = approval("w", {
  tool_call_id: "call",
  tool_name: "create_entity",
  message_id: "a",
  label: "Add “Floor Lamp” to the Study",
  effect: "write",
  arguments: { name: "Floor Lamp", watts: 11 },
  preview: { changes: [{ what: "Study", before: null, after: "Floor Lamp" }], note: "The study has 3 devices." },
  expires_at: LATER,
});
const TOOL: ToolView = {
  name: "create_entity",
  description: "",
  effect: "write",
  permission: "",
  timeout_s: 30,
  parameters: {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string" }, watts: { anyOf: [{ type: "integer" }, { type: "null" }] }, dims: { type: "boolean" } },
  },
};

let page: Played;

beforeEach(() => {
  localStorage.clear();
  page = new Played();
  page.tools = [TOOL];
});
afterEach(cleanup);

const CALL: ToolCallPart = {
  kind: "tool_call",
  tool_call_id: "call",
  name: "create_entity",
  arguments: LAMP.arguments,
  label: LAMP.label,
  status: "waiting",
  summary: null,
  result: null,
  truncated: false,
  error: null,
  duration_ms: null,
  cached: false,
  repeated: false,
  decided_by: null,
  undo: null,
};

function answer(changes: Partial<ToolCallPart> = {}): MessageBody {
  return body("a", { role: "assistant", client_message_id: null, parent_id: "q", status: "running", parts: [{ ...CALL, ...changes }] });
}

/** The conversation is open, and something waits in it. */
async function waits(one: Approval = LAMP): Promise<void> {
  await page.opens(`/chat/${TALK.id}`);
  await page.list([TALK], [one]);
  const messages = [body("q"), answer()].map((message, index) => ({ ...message, position: index + 1, rev: 0 }));
  const turns = [{ id: "t", question_id: "q", answer_id: "a", status: "waiting" as const, reason: null }];
  await page.snapshot({ ...empty(), conversation: TALK, messages, turns, approvals: [one] });
}

const card = () => screen.getByRole("region", { name: "Add “Floor Lamp” to the Study?" });
const press = (name: string) => userEvent.click(within(card()).getByRole("button", { name }));
const settled = (changes: Partial<Approval>) => ({ type: "approval_decided", approval: { ...LAMP, ...changes } }) as const;

describe("a change that waits", () => {
  test("says what would change, that nothing has, and who decides until when", async () => {
    await waits();
    expect(card().textContent).toMatch(/Study.*new.*→.*Floor Lamp.*The study has 3 devices\..*Nothing has happened yet\. You can decide until/);
    expect(within(card()).getAllByRole("button").map((button) => button.textContent)).toEqual(["Do it", "Change…", "No"]);
    expect(document.title).toBe("(1) Lamps · Parlour");
  });

  test("is done once somebody presses, over a lost line, under one id", async () => {
    await waits();
    await press("Do it");
    expect(within(card()).getByText("Saying yes…")).toBeTruthy();
    const first = page.sent("decide_tool_call");
    expect(first).toMatchObject({ approval_id: "w", decision: "approve" });
    await press("No");
    await page.heard(() => page.lines.last.drop());
    await page.passes(1_000);
    await page.greets();
    expect(page.lines.last.heard("decide_tool_call")).toEqual([first]);
    await page.acknowledges("decide_tool_call");
    await page.hears(settled({ status: "approved", decided_by: "u", decided_by_name: "Robin" }));
    expect(within(card()).getByText("You said yes.")).toBeTruthy();
    expect(document.title).toBe("Lamps · Parlour");
  });

  test("that was decided elsewhere settles in place, says by whom, and leaves the focus on its line", async () => {
    await waits();
    within(card()).getByRole("button", { name: "No" }).focus();
    const result = { ...CALL, type: "tool_result", message_id: "a", tool_name: "create_entity" } as const;
    await page.happens(settled({ status: "denied", decided_by: "i", decided_by_name: "Ines" }), { ...result, status: "denied", decided_by: "Ines" });
    await page.hears(settled({ status: "denied", decided_by: "i", decided_by_name: "Ines" }));
    const line = screen.getByRole("button", { name: "Add “Floor Lamp” to the Study · not done · Ines said no" });
    expect(document.activeElement).toBe(line);
    expect(screen.queryByRole("button", { name: "Do it" })).toBeNull();
  });

  test("that somebody was quicker to decide says so and offers no more", async () => {
    await waits();
    await press("Do it");
    await page.refuses("decide_tool_call", "already_decided", "Ines said no to it already.");
    expect(within(card()).getByRole("alert").textContent).toBe("Ines said no to it already.");
    expect(within(card()).queryByRole("button")).toBeNull();
  });

  test("whose time is over says that nothing was done", async () => {
    await waits({ ...LAMP, expires_at: "2000-01-01T00:00:00.000Z" });
    expect(within(card()).getByText("Nobody decided in time. Nothing was done.")).toBeTruthy();
    expect(within(card()).queryByRole("button")).toBeNull();
  });

  test("is not decided by Enter or Escape, and takes no focus by itself", async () => {
    await waits();
    expect(card().contains(document.activeElement)).toBe(false);
    await userEvent.type(screen.getByLabelText("Message"), "{Enter}");
    await press("Change…");
    const name = await screen.findByLabelText("Name");
    expect(document.activeElement).toBe(name);
    await userEvent.type(name, "{Enter}");
    await userEvent.keyboard("{Escape}");
    expect(page.lines.last.heard("decide_tool_call")).toEqual([]);
    expect(within(card()).getByRole("button", { name: "Do it" })).toBeTruthy();
  });

  test.each([
    ["changed", /not what somebody said yes to/],
    ["again", /did something already/],
    ["unknown", /may have been done already.*Nothing more is done before/],
    ["tainted", /after reading what others wrote/],
  ] as const)("because of %s says why it is asked", async (reason, words) => {
    await waits({ ...LAMP, reason });
    expect(card().textContent).toMatch(words);
  });

  test("is not withdrawn by a bare yes or no: that points to the card first, and goes out the second time", async () => {
    await waits();
    const field = screen.getByLabelText<HTMLTextAreaElement>("Message");
    await userEvent.type(field, "Yes!{Enter}");
    expect(page.sent("send_message")).toBeUndefined();
    expect(screen.getByText(/^Use the buttons of the card to decide/)).toBeTruthy();
    expect([field.value, document.activeElement]).toEqual(["Yes!", field]);
    await userEvent.clear(field);
    await userEvent.type(field, "ok");
    expect(screen.queryByText(/^Use the buttons/)).toBeNull();
    await userEvent.keyboard("{Enter}");
    expect(page.sent("send_message")).toBeUndefined();
    await userEvent.keyboard("{Enter}");
    expect(page.sent("send_message")).toMatchObject({ content: "ok" });
    expect(screen.queryByText(/^Use the buttons/)).toBeNull();
    await userEvent.type(field, "No lamps at all, please{Enter}");
    expect(page.lines.last.heard("send_message")).toHaveLength(2);
  });

  test("makes a yes an ordinary word again once it is decided", async () => {
    await waits();
    await userEvent.type(screen.getByLabelText("Message"), "yes{Enter}");
    await page.happens(settled({ status: "approved" }));
    expect(screen.queryByText(/^Use the buttons/)).toBeNull();
    await userEvent.keyboard("{Enter}");
    expect(page.sent("send_message")).toMatchObject({ content: "yes" });
  });

  test("is never asked again where a rule is chosen", async () => {
    await waits({ ...LAMP, remember: "Always here, for lights" });
    await userEvent.click(within(card()).getByLabelText("Always here, for lights"));
    await press("Do it");
    expect(page.sent("decide_tool_call")).toMatchObject({ decision: "approve", remember: true });
  });

  test("that nobody can foresee shows what it is asked", async () => {
    await waits({ ...LAMP, preview: null });
    expect(card().textContent).toMatch(/cannot be foreseen.*Floor Lamp/);
  });

  test("is only told to somebody whose word it is not", async () => {
    await waits();
    await page.list([TALK], []);
    expect(card().textContent).toContain("Whoever asked for it can decide until");
    expect(within(card()).queryByRole("button")).toBeNull();
  });

  test("is said once to whoever listens", async () => {
    await waits();
    const heard = () => [...document.querySelectorAll(".unseen[role=status]")].map((region) => region.textContent).join("");
    expect(heard()).toBe("");
    await page.hears({ type: "approval_requested", approval: { ...LAMP, id: "x", label: "Turn on the hall light" } });
    expect(heard()).toBe("Waits for your word: Turn on the hall light.");
  });
});

describe("what is done instead", () => {
  beforeEach(async () => {
    await waits();
    await press("Change…");
  });

  test("is written into a form of the tool's own lines", async () => {
    const name = await screen.findByLabelText<HTMLInputElement>("Name");
    expect(name.value).toBe("Floor Lamp");
    await userEvent.clear(name);
    await userEvent.type(name, "Reading Lamp");
    await userEvent.selectOptions(screen.getByLabelText("Dims (may stay empty)"), "yes");
    await userEvent.clear(screen.getByLabelText("Watts (may stay empty)"));
    await press("Do it so");
    expect(page.sent("decide_tool_call")).toMatchObject({ decision: "approve", arguments: { name: "Reading Lamp", dims: true } });
  });

  test("keeps the lines of a text that has several", async () => {
    cleanup();
    const text = "SELECT name\nFROM devices";
    await waits({ ...LAMP, arguments: { name: text } });
    await press("Change…");
    const name = await screen.findByLabelText<HTMLTextAreaElement>("Name", { selector: "textarea" });
    expect(name.value).toBe(text);
    await userEvent.type(name, "{Enter}LIMIT 5");
    await press("Do it so");
    expect(page.sent("decide_tool_call")).toMatchObject({ decision: "approve", arguments: { name: `${text}\nLIMIT 5` } });
  });

  test("says beside a line what is wrong with it, and is not sent", async () => {
    await userEvent.type(await screen.findByLabelText("Watts (may stay empty)"), "lots");
    await press("Do it so");
    expect(screen.getByText("Write a whole number, such as 70.")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText("Watts (may stay empty)"));
    expect(page.sent("decide_tool_call")).toBeUndefined();
  });

  test("keeps what was written when the server does not take it", async () => {
    const name = await screen.findByLabelText<HTMLInputElement>("Name");
    await userEvent.clear(name);
    await userEvent.type(name, "Oven");
    await press("Do it so");
    await page.refuses("decide_tool_call", "invalid_arguments", "There is an Oven already.");
    expect(screen.getByRole("alert").textContent).toBe("There is an Oven already. What you wrote is still here.");
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Oven");
  });
});

describe("the inbox", () => {
  test("lists what waits in every conversation, with the way to each, and what became of it", async () => {
    await page.opens("/inbox");
    const other = approval("x", { expires_at: LATER, conversation_id: "elsewhere" });
    await page.list([TALK], [LAMP, other]);
    expect(document.title).toBe("(2) Waiting for you · Parlour");
    expect(screen.getByRole("link", { name: "2 waiting" }).getAttribute("href")).toBe("/inbox");
    expect(within(screen.getByRole("main")).getByRole("link", { name: "Lamps" }).getAttribute("href")).toBe(`/chat/${TALK.id}#a`);
    await press("No");
    await page.hears(settled({ status: "denied", decided_by: "u", decided_by_name: "Robin" }));
    expect(within(card()).getByText("You said no. Nothing was done.")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Waiting for you" }));
    expect(screen.getByRole("link", { name: "1 waiting" })).toBeTruthy();
  });

  test("that could not be read says so, and not that nothing waits", async () => {
    await page.opens("/inbox");
    await page.list([]);
    await page.refuses("subscribe", "unavailable", "This is away for the moment.");
    expect(screen.getByText("The server could not read what waits for you just now; it is fetched again by itself.")).toBeTruthy();
    expect(screen.queryByText(/Nothing waits for your word/)).toBeNull();
  });

  test("that is empty says what would stand there", async () => {
    await page.opens("/inbox");
    await page.list([]);
    expect(screen.getByText(/Nothing waits for your word/)).toBeTruthy();
  });
});

describe("what was done", () => {
  const done = { status: "completed", summary: "added", decided_by: "Robin", duration_ms: 4, undo: "offered" } as const;

  async function shows(changes: Partial<ToolCallPart>): Promise<void> {
    await page.opens(`/chat/${TALK.id}`);
    await page.list([TALK]);
    const messages = [body("q"), { ...answer(changes), status: "completed" as const }];
    await page.snapshot({ ...empty(), conversation: TALK, messages: messages.map((one, at) => ({ ...one, position: at + 1, rev: 0 })) });
  }

  test("says who said yes, and can be taken back", async () => {
    await shows(done);
    expect(screen.getByRole("button", { name: /Study · added · Robin said yes · 4 ms/ })).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Undo: Add “Floor Lamp” to the Study" }));
    expect(page.asked).toContain("undo a call");
    await page.happens({ ...CALL, ...done, type: "tool_result", message_id: "a", tool_name: "create_entity", undo: "done" });
    expect(screen.getByRole("button", { name: /taken back/ })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Undo/ })).toBeNull();
  });

  test("that was done before is not done again, and says so", async () => {
    await shows({ ...done, repeated: true, undo: null });
    expect(screen.getByRole("button", { name: /done before, not done again/ })).toBeTruthy();
  });

  test("nobody knows of says what to do", async () => {
    await shows({ status: "unknown" });
    expect(screen.getByText(/It may have happened\. Look at it before you ask for it again/)).toBeTruthy();
  });
});
