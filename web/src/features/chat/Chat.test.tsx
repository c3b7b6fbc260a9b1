import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RestError } from "../../connection/rest";
import type { Message } from "../../protocol";
import type { AttemptView } from "../../protocol/rest";
import { Visit, answer, chunk, question, text } from "./pretend-room";

beforeEach(() => {
  localStorage.clear();
  history.replaceState(null, "", "/");
});
afterEach(cleanup);

const TURN = { id: "t", question_id: "q", answer_id: null, status: "running", reason: null } as const;
const LONG = "Word and word. ".repeat(100);

const asked = question("q", 1, "Why?");

describe("questions and answers", () => {
  test("say when they were, exactly for whoever looks", async () => {
    const created_at = new Date(Date.now() + 60 * 60 * 1000).toISOString();
    await Visit.begin({ messages: [question("q", 1, "Why?", { created_at })] });
    const time = document.querySelector("time");
    expect(time?.dateTime).toBe(created_at);
    expect(time?.textContent).toMatch(/^just now.*2026/);
  });

  test("say that they were changed or deleted", async () => {
    await Visit.begin({
      messages: [
        question("q", 1, "Why?", { edited_at: "2026-11-20T09:00:00Z" }),
        answer("a", 2, "q", "So."),
        question("r", 3, "", { deleted_at: "2026-11-20T09:00:00Z", parts: [] }),
      ],
    });
    expect(screen.getByText("(edited)")).toBeTruthy();
    expect(screen.getByText("Message deleted")).toBeTruthy();
    expect(screen.getAllByRole("button", { name: "Copy the question" })).toHaveLength(1);
  });

  test("of more than a thousand characters show five hundred, and the rest to whoever wants it", async () => {
    const thousand = "x".repeat(1_000);
    await Visit.begin({ messages: [question("p", 1, thousand), question("q", 2, `${thousand}y`), answer("a", 3, "q", LONG)] });
    expect(screen.getByText(thousand)).toBeTruthy();
    expect(document.querySelectorAll(".said")[1]?.textContent).toBe(`${"x".repeat(500)}…Show more`);
    expect(document.querySelector(".prose")?.textContent.length).toBeLessThan(510);
    for (const more of screen.getAllByRole("button", { name: "Show more" })) await userEvent.click(more);
    expect(document.querySelectorAll(".said")[1]?.textContent).toContain(`${thousand}y`);
    expect(document.querySelector(".prose")?.textContent).toBe(LONG.trim());
    for (const less of screen.getAllByRole("button", { name: "Show less" })) await userEvent.click(less);
    expect(screen.getAllByRole("button", { name: "Show more" })).toHaveLength(2);
  });

  test("are copied as they were written", async () => {
    const user = userEvent.setup();
    await Visit.begin({ messages: [asked, answer("a", 2, "q", "So it **is**.")] });
    await user.click(screen.getByRole("button", { name: "Copy the answer" }));
    expect(await navigator.clipboard.readText()).toBe("So it **is**.");
    expect(screen.getByText("Copied")).toBeTruthy();
  });

  test("which are here in part only are copied whole", async () => {
    const user = userEvent.setup();
    const cut = answer("a", 2, "q", "", { parts: [{ kind: "text", text: "The begin", length: 17 }] });
    const message = (): Promise<Message> => Promise.resolve(answer("a", 2, "q", "The beginning end"));
    await Visit.begin({ messages: [asked, cut] }, { message });
    await user.click(screen.getByRole("button", { name: "Copy the answer" }));
    expect(await navigator.clipboard.readText()).toBe("The beginning end");
  });

  test("have versions, the newest first seen; a link to an older one leads to that", async () => {
    const id = "00000000-0000-7000-8000-00000000000a";
    history.replaceState(null, "", `/#${id}`);
    const versions = [answer(id, 2, "q", "First."), answer("b", 3, "q", "Second."), answer("c", 4, "q", "Third.")];
    await Visit.begin({ messages: [asked, ...versions] });
    expect(screen.getByText("First.")).toBeTruthy();
    expect(screen.getByText(/1 of 3/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Later version" }));
    expect(screen.getByText("Second.")).toBeTruthy();
  });

  test("can be asked for again, the last of them only", async () => {
    const visit = await Visit.begin({ messages: [asked, answer("a", 2, "q", "So."), question("r", 3, "And?"), answer("b", 4, "r", "Thus.")] });
    await userEvent.click(screen.getByRole("button", { name: "Ask again" }));
    expect(visit.sent("regenerate")).toMatchObject([{ message_id: "b" }]);
  });

  test("say when they were told again, and are asked for anew", async () => {
    const running = answer("a", 2, "q", "", { status: "running", parts: [], model: "den/small" });
    const visit = await Visit.begin({ messages: [asked, running], turns: [TURN] });
    await visit.happens(chunk("a", 0, "So."), chunk("a", 3, "", { is_final: true, length: 3, status: "completed", cached: true }));
    await visit.happens({ type: "turn_updated", turn: { ...TURN, status: "completed" } });
    expect(screen.getByText("den/small · from before · no model asked")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Ask again" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Ask anew" }));
    expect(visit.sent("regenerate")).toMatchObject([{ message_id: "a" }]);
  });

  test("show what a model saw where somebody can show that", async () => {
    const onSeen = vi.fn();
    await Visit.begin({ messages: [asked, answer("a", 2, "q", "So.")] }, {}, onSeen);
    await userEvent.click(screen.getByRole("button", { name: "What it saw" }));
    expect(onSeen).toHaveBeenCalledWith("a");
  });
});

describe("an answer that is being written", () => {
  const running = answer("a", 2, "q", "", { status: "running", parts: [] });

  test("says what it is doing before there is a word of it", async () => {
    const visit = await Visit.begin({ messages: [asked] });
    await visit.happens({ type: "turn_updated", turn: { ...TURN, status: "queued" } });
    expect(screen.getByText("Answered next, when the one before is done.")).toBeTruthy();
    await visit.happens({ type: "turn_updated", turn: TURN });
    expect(screen.getByText("Thinking…")).toBeTruthy();
    await visit.happens({ type: "assistant_message_start", message: running }, chunk("a", 0, "So."));
    expect(screen.queryByText("Thinking…")).toBeNull();
    expect(screen.getByText("So.")).toBeTruthy();
  });

  test("says that it waits until a model has room, and when it goes on", async () => {
    const visit = await Visit.begin({ messages: [asked, running], turns: [TURN] });
    await visit.happens({ type: "turn_updated", turn: { ...TURN, answer_id: "a", reason: "no_room" } });
    expect(screen.getByText("Waiting until a model has room…")).toBeTruthy();
    expect(screen.getByRole("button", { name: /Stop/ })).toBeTruthy();
    await visit.happens({ type: "turn_updated", turn: { ...TURN, answer_id: "a" } });
    expect(screen.queryByText("Waiting until a model has room…")).toBeNull();
  });

  test("is not folded while it grows, nor when it has ended before one's eyes", async () => {
    const visit = await Visit.begin({ messages: [asked, running], turns: [TURN] });
    await visit.happens(chunk("a", 0, LONG));
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
    await visit.happens(chunk("a", LONG.length, "", { is_final: true, length: LONG.length, status: "completed" }));
    expect(document.querySelector(".prose")?.textContent).toBe(LONG.trim());
    expect(screen.getByRole("button", { name: "Show less" })).toBeTruthy();
  });

  test("says that it was stopped, or why it failed, and can be asked for again", async () => {
    const visit = await Visit.begin({ messages: [asked, running], turns: [TURN] });
    await visit.happens(chunk("a", 0, "So"), chunk("a", 2, "", { is_final: true, length: 2, status: "stopped" }));
    await visit.happens({ type: "turn_updated", turn: { ...TURN, status: "stopped" } });
    expect(screen.getByText("Stopped here.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Ask again" })).toBeTruthy();
  });

  test("is stopped by Escape, wherever in the room one is", async () => {
    const visit = await Visit.begin({ messages: [asked, answer("b", 2, "q", "So.")], turns: [TURN] });
    screen.getByRole("button", { name: "Copy the answer" }).focus();
    await userEvent.keyboard("{Escape}");
    expect(visit.sent("stop_generation")).toMatchObject([{ turn_id: "t" }]);
    fireEvent.keyDown(screen.getByLabelText("Message"), { key: "Escape" });
    expect(visit.sent("stop_generation")).toHaveLength(2);
  });

  test("says that it was begun again, and shows what it had said before", async () => {
    const attempts: AttemptView[] = [{ attempt: 1, part: 0, parts: [text("The kitchen has ni")], reason: "restart", at: "", model: "den/small" }];
    const visit = await Visit.begin({ messages: [asked, running], turns: [TURN] }, { attempts: () => Promise.resolve(attempts) });
    await visit.happens(chunk("a", 0, "The kitchen has ni"), { type: "answer_restarted", message_id: "a", attempt: 2, part: 0, reason: "restart" });
    expect(screen.getByText(/Cut off and begun again./)).toBeTruthy();
    expect(screen.queryByText("The kitchen has ni")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "What it had said" }));
    expect(await screen.findByText("The kitchen has ni")).toBeTruthy();
    expect(screen.getByText("den/small had said this. The server was started again in the middle of it.")).toBeTruthy();
  });
});

describe("what is on its way", () => {
  const write = (words: string) => userEvent.type(screen.getByLabelText("Message"), words);
  const field = () => screen.getByLabelText<HTMLTextAreaElement>("Message").value;

  test("says how far it has come", async () => {
    const visit = await Visit.begin();
    await visit.drop();
    await write("Hello{Enter}");
    await visit.happens();
    expect(screen.getByText("Kept here; it goes out when the connection is back.")).toBeTruthy();
  });

  test("is sent, then delivered", async () => {
    const visit = await Visit.begin();
    await write("Hello{Enter}");
    await visit.happens();
    expect(screen.getByText("Sending…")).toBeTruthy();
    await visit.acknowledge();
    expect(screen.getByText("Delivered.")).toBeTruthy();
  });

  test("and was refused can be sent again or taken back, and nothing that was being written is lost", async () => {
    const visit = await Visit.begin();
    await write("Hello{Enter}");
    await visit.refuse("The house is full.");
    expect(screen.getByRole("alert").textContent).toBe("The house is full. It was not sent.");
    await userEvent.click(screen.getByRole("button", { name: "Retry" }));
    expect(visit.sent("send_message")).toHaveLength(2);
    await visit.refuse("The house is full.");
    await write("half a sen");
    await userEvent.click(screen.getByRole("button", { name: "Take back" }));
    expect(field()).toBe("half a sen\n\nHello");
  });

  test("and was cleared by Escape can be had back", async () => {
    const visit = await Visit.begin({ messages: [asked] });
    await userEvent.type(screen.getByLabelText("Message"), "Why?");
    expect(field()).toBe("Why?");
    fireEvent.keyDown(screen.getByLabelText("Message"), { key: "Escape" });
    expect([field(), visit.toasts]).toEqual(["", ["What you were writing is cleared."]]);
  });
});

describe("reading", () => {
  const ids = Array.from({ length: 9 }, (_, index) => `00000000-0000-7000-8000-00000000000${index + 1}`);
  const all = ids.map((id, index) => question(id, index + 1, `Question ${index + 1}`));
  const page = (from: number, to: number) => Promise.resolve({ items: all.slice(from - 1, to), has_more: from > 1 });
  const never = new Promise<{ items: Message[]; has_more: boolean }>(() => undefined);
  const scrollTo = (top: number) => {
    const talk = screen.getByRole("region", { name: "Conversation" });
    talk.scrollTop = top;
    fireEvent.scroll(talk);
  };
  const shown = () => screen.getAllByText(/^Question \d$/).map((one) => one.textContent);

  test("what was said before comes by itself when its end is near", async () => {
    const messagesBefore = vi.fn(() => page(1, 7));
    const visit = await Visit.begin({ window: 8, messages: all.slice(7) }, { messagesBefore });
    await visit.happens();
    expect(messagesBefore).toHaveBeenCalledTimes(1);
    scrollTo(0);
    await visit.happens();
    expect(shown()).toEqual(all.map((_, index) => `Question ${index + 1}`));
    expect(screen.queryByRole("button", { name: "Earlier messages" })).toBeNull();
  });

  test("what could not be fetched is not asked for over and over, and can be asked for by hand", async () => {
    const messagesBefore = vi.fn(() => Promise.reject(new RestError("The server cannot be reached just now.", 0)));
    const visit = await Visit.begin({ window: 8, messages: all.slice(7) }, { messagesBefore });
    scrollTo(0);
    await visit.happens();
    expect(messagesBefore).toHaveBeenCalledTimes(1);
    await userEvent.click(screen.getByRole("button", { name: "Earlier messages" }));
    expect(messagesBefore).toHaveBeenCalledTimes(2);
  });

  test("a link leads to a message far back, marks it, and there is a way to the latest", async () => {
    history.replaceState(null, "", `/#${ids[1] ?? ""}`);
    const read = {
      message: () => Promise.resolve(all[1] ?? asked),
      messagesBefore: vi.fn(() => never).mockImplementationOnce(() => page(1, 1)),
      messagesAfter: vi.fn(() => never).mockImplementationOnce(() => Promise.resolve({ items: all.slice(2, 4), has_more: true })),
    };
    const visit = await Visit.begin({ window: 8, messages: all.slice(7) }, read);
    await visit.happens();
    expect(shown()).not.toContain("Question 9");
    const marked = document.querySelector<HTMLElement>(".row.linked");
    expect(within(marked ?? document.body).getByText("Question 2")).toBeTruthy();
    await vi.waitFor(() => expect(document.activeElement).toBe(marked));
    await userEvent.click(screen.getByRole("button", { name: "Latest messages ↓" }));
    await visit.happens();
    expect(shown()).toEqual(["Question 8", "Question 9"]);
  });

  test("a link to what is not here any more says so, and shows the end", async () => {
    history.replaceState(null, "", `/#${ids[1] ?? ""}`);
    const message = () => Promise.reject(new RestError("Message not found.", 404));
    const visit = await Visit.begin({ messages: all.slice(7) }, { message });
    await visit.happens();
    expect(shown()).toEqual(["Question 8", "Question 9"]);
    expect(visit.toasts).toEqual(["The message that this link leads to is not here any more."]);
  });

  test("where nothing was said it says so", async () => {
    await Visit.begin();
    expect(screen.getByText("Nothing has been said here yet.")).toBeTruthy();
  });
});
