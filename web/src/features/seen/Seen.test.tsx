import { act, cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RestError } from "../../connection/rest";
import type { ToolRunView } from "../../protocol/rest";
import type { MessageContext, SeenPiece, SeenRequest } from "../../protocol/seen";
import { drawn } from "../pretend";
import { lookInto } from "./place";
import { SeenPlace } from "./SeenPlace";
import { sizeOf, stepsOf } from "./story";

const piece = (kind: SeenPiece["kind"], text: string | null, more: Partial<SeenPiece> = {}): SeenPiece => ({
  kind,
  text,
  message_id: null,
  tokens: 12,
  is_shortened: false,
  ...more,
});
const request = (step: number, at: string, more: Partial<SeenRequest> = {}): SeenRequest => ({
  step,
  at,
  model: "openai/fake",
  pieces: [piece("system", "You are Parlour."), piece("question", "What's in the kitchen?")],
  cut: [],
  tokens: 1_200,
  limit: 8_000,
  usage: null,
  ...more,
});
const run = (id: string, started_at: string, more: Partial<ToolRunView> = {}): ToolRunView => ({
  id,
  conversation_id: "c",
  message_id: "m",
  turn_id: "t",
  tool_call_id: id,
  name: "get_devices_in_room",
  arguments: { room: "Kitchen" },
  status: "completed",
  result: { devices: [{ name: "Oven", state: "off" }, { name: "Kettle", state: "on" }] },
  error: null,
  duration_ms: 4,
  cached: false,
  started_at,
  ended_at: started_at,
  ...more,
});

const WHOLE: MessageContext = {
  message_id: "m",
  requests: [
    request(1, "2026-11-20T10:00:00.000Z", { cut: ["3 older messages were left out."] }),
    request(3, "2026-11-20T10:00:02.000Z", {
      pieces: [piece("tool_result", "Oven, Kettle", { is_shortened: true, tokens: 2_400 }), piece("question", null, { message_id: "gone" })],
      usage: { prompt_tokens: 2_511, completion_tokens: 40, total_tokens: 2_551, cached_tokens: 0, reasoning_tokens: 0, cost: null, estimated: false },
    }),
  ],
  runs: [run("r1", "2026-11-20T10:00:01.000Z")],
};

let answer: () => Promise<MessageContext>;

beforeEach(() => {
  answer = () => Promise.resolve(WHOLE);
  history.replaceState(null, "", "/");
});
afterEach(cleanup);

const page = (
  <>
    <button onClick={() => lookInto("m")}>What it saw</button>
    <SeenPlace />
  </>
);

async function opened(): Promise<HTMLElement> {
  await drawn(page, { seen: (id) => (id === "m" ? answer() : Promise.reject(new RestError("Message not found.", 404))) });
  await userEvent.click(screen.getByRole("button", { name: "What it saw" }));
  return screen.findByRole("dialog", { name: "What it saw" });
}

describe("what an answer saw", () => {
  test("is told in its order: a request, what ran because of it, the next request", async () => {
    const dialog = within(await opened());
    await dialog.findByText("About 1,200 of at most 8,000 tokens.");
    const heads = dialog.getAllByRole("heading", { level: 3 }).map((head) => head.textContent.replace(/\d\d:.*/, ""));
    expect(heads).toEqual(["What openai/fake was shown", "Then a tool ran", "Then openai/fake was shown"]);
    expect(dialog.getByText("About 1,200 of at most 8,000 tokens; the provider counted 2,511, and 40 in its answer.")).toBeTruthy();
  });

  test("says what did not fit, what was shortened and what is deleted since", async () => {
    const dialog = within(await opened());
    expect(await dialog.findByText("3 older messages were left out.")).toBeTruthy();
    expect(dialog.getByText("shortened · 2,400 tokens")).toBeTruthy();
    expect(dialog.getByText(/deleted since/)).toBeTruthy();
  });

  test("opens piece by piece", async () => {
    const dialog = within(await opened());
    const [line] = await dialog.findAllByRole("button", { name: /^Instructions/ });
    expect(dialog.queryByText("You are Parlour.", { selector: "pre" })).toBeNull();
    if (line !== undefined) await userEvent.click(line);
    expect(dialog.getByText("You are Parlour.", { selector: "pre" })).toBeTruthy();
  });

  test("tells of a tool what it was asked and what came back, as a table or as JSON", async () => {
    const dialog = within(await opened());
    await userEvent.click(await dialog.findByRole("button", { name: /Get devices in room.*done · 4 ms/ }));
    expect(dialog.getByText("Kitchen")).toBeTruthy();
    expect(dialog.getAllByRole("row")).toHaveLength(3);
    await userEvent.click(dialog.getByRole("button", { name: "As JSON" }));
    expect(dialog.getByText(/"arguments"/)).toBeTruthy();
  });

  test("says why a tool failed without being opened", async () => {
    const error = { code: "timeout", message: "The oven did not answer in time." };
    answer = () => Promise.resolve({ ...WHOLE, runs: [run("r1", "2026-11-20T10:00:01.000Z", { status: "failed", result: null, error })] });
    const dialog = within(await opened());
    expect(await dialog.findByText("The oven did not answer in time.")).toBeTruthy();
    expect(dialog.getByRole("button", { name: /failed · 4 ms/ })).toBeTruthy();
  });

  test("of which only some was kept says so there", async () => {
    answer = () => Promise.resolve({ ...WHOLE, requests: [request(1, "2026-11-20T10:00:00.000Z", { pieces: [], tokens: 0, limit: 0, model: "" })] });
    const dialog = within(await opened());
    expect(await dialog.findByRole("heading", { name: /What the model was shown/ })).toBeTruthy();
    expect(dialog.getByText("What that was has not been kept.")).toBeTruthy();
    expect(dialog.queryByText(/tokens/)).toBeNull();
  });

  test("that was not kept says so", async () => {
    answer = () => Promise.resolve({ message_id: "m", requests: [], runs: [] });
    const dialog = within(await opened());
    expect(await dialog.findByText("Nothing was kept of what went into this answer.")).toBeTruthy();
  });

  test("that cannot be fetched says why, and can be asked for again", async () => {
    answer = () => Promise.reject(new RestError("The server cannot be reached just now.", 0));
    const dialog = within(await opened());
    expect((await dialog.findByRole("alert")).textContent).toMatch(/cannot be reached/);
    answer = () => Promise.resolve(WHOLE);
    await userEvent.click(dialog.getByRole("button", { name: "Try again" }));
    expect(await dialog.findByText("3 older messages were left out.")).toBeTruthy();
  });

  test("closes by its button, by Escape and by going back", async () => {
    const gone = () => waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await opened();
    await userEvent.click(screen.getByRole("button", { name: "Close what it saw" }));
    await gone();
    await userEvent.click(screen.getByRole("button", { name: "What it saw" }));
    const dialog = await screen.findByRole("dialog");
    act(() => void dialog.dispatchEvent(new Event("cancel", { cancelable: true })));
    await gone();
    await userEvent.click(screen.getByRole("button", { name: "What it saw" }));
    await screen.findByRole("dialog");
    act(() => history.back());
    await gone();
  });

  test("keeps its Escape to itself", async () => {
    let heard = 0;
    const listen = () => (heard += 1);
    addEventListener("keydown", listen);
    (await opened()).focus();
    screen.getByRole("button", { name: "Close what it saw" }).focus();
    await userEvent.keyboard("{Escape}");
    removeEventListener("keydown", listen);
    expect(heard).toBe(0);
  });
});

describe("the order of things", () => {
  test("what ran before the first request stands alone at the beginning", () => {
    const early = run("r0", "2026-11-20T09:59:59.000Z");
    const steps = stepsOf({ ...WHOLE, runs: [early, ...WHOLE.runs] });
    expect(steps.map(({ request: one, runs }) => [one?.step ?? null, runs.map(({ id }) => id)])).toEqual([
      [null, ["r0"]],
      [1, ["r1"]],
      [3, []],
    ]);
  });

  test("what a provider did not count itself is not said to be its count", () => {
    const usage = { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10, cached_tokens: 0, reasoning_tokens: 0, cost: null, estimated: true };
    expect(sizeOf(request(1, "", { usage }))).toBe("About 1,200 of at most 8,000 tokens.");
  });
});
