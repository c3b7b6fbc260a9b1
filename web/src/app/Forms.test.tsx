import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Approval, Json, MessageBody, ToolCallPart } from "../protocol";
import { approval, body, empty, head } from "../state/story";
import { Played } from "./played";

const TALK = head(1, { title: "Parcels" });
const LATER = "2999-01-01T00:00:00.000Z";
const COLOURS = [
  { const: "r", title: "Red" },
  { const: "g", title: "Green" },
  { const: "b", title: "Blue" },
];
const SCHEMA: Json = {
  type: "object",
  required: ["to", "count", "colours"],
  properties: {
    to: { title: "To whom", description: "As it stands at the door.", type: "string", minLength: 2, maxLength: 20 },
    count: { title: "How many", type: "integer", minimum: 1, maximum: 9 },
    mail: { title: "Mail", type: "string", format: "email", minLength: 0, maxLength: 100 },
    when: { title: "When", type: "string", format: "date-time", minLength: 0, maxLength: 100 },
    gift: { title: "A gift", description: "With a bow.", type: "boolean", default: true },
    speed: { title: "Speed", type: "string", default: "g", oneOf: COLOURS },
    colours: { title: "Colours", description: "One or two.", type: "array", minItems: 1, maxItems: 2, items: { anyOf: COLOURS } },
  },
};
const FORM: Json = { asker: "“files”, an MCP server", message: "Where to?\n<b>Now</b>", schema: SCHEMA };
const WHEN: Json = { message: "When?", schema: { type: "object", properties: { when: { title: "When", type: "string", format: "date-time" } } } };
const ASKS = approval("w", {
  tool_call_id: "call",
  message_id: "a",
  label: "parcel on “files”",
  effect: "write",
  reason: "input",
  preview: null,
  form: FORM,
  expires_at: LATER,
});

let page: Played;

beforeEach(() => {
  localStorage.clear();
  page = new Played();
});
afterEach(cleanup);

const CALL: ToolCallPart = {
  kind: "tool_call",
  tool_call_id: "call",
  name: "files__parcel",
  arguments: {},
  label: ASKS.label,
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

function answer(): MessageBody {
  return body("a", { role: "assistant", client_message_id: null, parent_id: "q", status: "running", parts: [CALL] });
}

/** The conversation is open, and something waits in it. */
async function waits(one: Approval = ASKS): Promise<void> {
  await page.opens(`/chat/${TALK.id}`);
  await page.list([TALK], [one]);
  const messages = [body("q"), answer()].map((message, index) => ({ ...message, position: index + 1, rev: 0 }));
  const turns = [{ id: "t", question_id: "q", answer_id: "a", status: "waiting" as const, reason: null }];
  await page.snapshot({ ...empty(), conversation: TALK, messages, turns, approvals: [one] });
}

const card = () => screen.getByRole("region", { name: "parcel on “files” wants to know more" });
const press = (name: string) => userEvent.click(within(card()).getByRole("button", { name }));
const line = (name: string) => within(card()).getByLabelText<HTMLInputElement>(name);
const settled = (changes: Partial<Approval>) => ({ type: "approval_decided", approval: { ...ASKS, ...changes } }) as const;

async function fillIn(): Promise<void> {
  await userEvent.type(line("To whom *"), "Ann");
  await userEvent.type(line("How many *"), "2");
  await userEvent.click(line("Blue"));
}

describe("a tool that wants to know more", () => {
  test("says who asks, in their words and not as markup, with a field for each thing", async () => {
    await waits();
    expect(card().textContent).toMatch(/“files”, an MCP server, wants to know:Where to\?\n<b>Now<\/b>/);
    expect(card().textContent).toContain("Send no passwords");
    expect(card().textContent).toContain("You can answer until");
    expect(card().querySelector("b")).toBeNull();
    expect(within(card()).getAllByRole("button").map((button) => button.textContent)).toEqual(["Send", "Decline"]);
    expect(line("To whom *").getAttribute("aria-required")).toBe("true");
    expect(line("To whom *").getAttribute("aria-describedby")).toBe(within(card()).getByText("As it stands at the door.").id);
    expect(line("Mail").type).toBe("email");
    expect(line("A gift").checked).toBe(true);
    expect(line("Speed").value).toBe("g");
    expect(within(within(card()).getByRole("group", { name: "Colours *" })).getAllByRole("checkbox")).toHaveLength(3);
  });

  test("is told what was filled in, each thing as what it is", async () => {
    await waits();
    await fillIn();
    await userEvent.click(line("Red"));
    await userEvent.click(line("A gift"));
    await userEvent.type(line("Mail"), "ann@example.org");
    await press("Send");
    expect(within(card()).getByText("Sending…")).toBeTruthy();
    expect(page.sent("decide_tool_call")).toMatchObject({
      approval_id: "w",
      decision: "approve",
      answers: { to: "Ann", count: 2, mail: "ann@example.org", gift: false, speed: "g", colours: ["b", "r"] },
    });
    await page.acknowledges("decide_tool_call");
    await page.hears(settled({ status: "approved", decided_by: "u", decided_by_name: "Robin" }));
    expect(within(card()).getByText("You answered.")).toBeTruthy();
  });

  test.each([
    ["To whom *", "A", "Write at least 2 characters."],
    ["To whom *", "x".repeat(21), "Write at most 20 characters."],
    ["To whom *", " ", "This is needed."],
    ["How many *", "lots", "Write a whole number, such as 70."],
    ["How many *", "1.5", "Write a whole number, such as 70."],
    ["How many *", "0", "It is at least 1."],
    ["How many *", "10", "It is at most 9."],
    ["Mail", "ann", "Write an e-mail address."],
  ])("says beside %s that “%s” does not fit, and is sent nothing", async (name, text, wrong) => {
    await waits();
    await fillIn();
    await userEvent.clear(line(name));
    await userEvent.type(line(name), text);
    await press("Send");
    expect(line(name).getAttribute("aria-invalid")).toBe("true");
    expect(line(name).getAttribute("aria-describedby")).toContain(within(card()).getByText(wrong).id);
    expect(document.activeElement).toBe(line(name));
    expect(page.sent("decide_tool_call")).toBeUndefined();
  });

  test("says how many are to be chosen", async () => {
    await waits();
    await fillIn();
    await userEvent.click(line("Blue"));
    await press("Send");
    expect(within(card()).getByText("Choose at least 1.")).toBeTruthy();
    expect(document.activeElement).toBe(line("Red"));
    for (const name of ["Red", "Green", "Blue"]) await userEvent.click(line(name));
    await press("Send");
    expect(within(card()).getByText("Choose at most 2.")).toBeTruthy();
    expect(page.sent("decide_tool_call")).toBeUndefined();
  });

  test("is told a moment with its zone", async () => {
    await waits({ ...ASKS, form: WHEN });
    const when = line("When");
    expect(when.type).toBe("datetime-local");
    await userEvent.type(when, "2026-11-20T12:00");
    await press("Send");
    expect(page.sent("decide_tool_call")).toMatchObject({ answers: { when: new Date("2026-11-20T12:00").toISOString() } });
  });

  test("is declined without a word more", async () => {
    await waits();
    await press("Decline");
    const sent = page.sent("decide_tool_call");
    expect(sent).toMatchObject({ decision: "deny" });
    expect(sent).not.toHaveProperty("answers");
    await page.hears(settled({ status: "denied", decided_by: "u", decided_by_name: "Robin" }));
    expect(within(card()).getByText("You declined. Nothing was done.")).toBeTruthy();
  });

  test("is not answered by Enter, and takes no focus by itself", async () => {
    await waits();
    expect(card().contains(document.activeElement)).toBe(false);
    await fillIn();
    await userEvent.type(line("How many *"), "{Enter}");
    expect(page.lines.last.heard("decide_tool_call")).toEqual([]);
    await userEvent.tab({ shift: true });
    expect(document.activeElement).toBe(line("To whom *"));
  });

  test("keeps what was written when Escape is pressed in it, and the answer is not stopped", async () => {
    await waits();
    await fillIn();
    await userEvent.type(line("To whom *"), "{Escape}");
    expect(page.sent("stop_generation")).toBeUndefined();
    expect(line("To whom *").value).toBe("Ann");
  });

  test("keeps what was written when the server does not take it", async () => {
    await waits();
    await fillIn();
    await press("Send");
    await page.refuses("decide_tool_call", "invalid_message", "“to” does not fit. Nothing was decided.");
    expect(within(card()).getByRole("alert").textContent).toBe("“to” does not fit. Nothing was decided. What you wrote is still here.");
    expect(line("To whom *").value).toBe("Ann");
  });

  test("is only told of to somebody whose word it is not", async () => {
    await waits();
    await page.list([TALK], []);
    expect(card().textContent).toContain("Whoever asked for it can answer until");
    expect(within(card()).queryByRole("button")).toBeNull();
    expect(within(card()).queryByRole("textbox")).toBeNull();
  });

  test("is answered in the inbox as well", async () => {
    await page.opens("/inbox");
    await page.list([TALK], [ASKS]);
    await fillIn();
    await press("Send");
    expect(page.sent("decide_tool_call")).toMatchObject({ decision: "approve", answers: { to: "Ann", count: 2, colours: ["b"] } });
  });

  test("shows what it was called with, and claims no change where it only reads", async () => {
    await waits({ ...ASKS, effect: "read", arguments: { what: "tea" } });
    expect(card().textContent).toMatch(/It only reads\. This is what it is asked:.*tea/);
    expect(card().textContent).not.toContain("would change");
  });

  test("of this house asks without saying who it is", async () => {
    await waits({ ...ASKS, form: { message: "Where to?", schema: { type: "object", properties: {} } } });
    expect(card().textContent).not.toContain("wants to know:");
    await press("Send");
    expect(page.sent("decide_tool_call")).toMatchObject({ answers: {} });
  });
});
