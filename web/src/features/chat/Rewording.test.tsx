import { cleanup, createEvent, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { body } from "../../state/story";
import { Visit, answer, question, text } from "./pretend-room";

beforeEach(() => {
  localStorage.clear();
  history.replaceState(null, "", "/");
});
afterEach(cleanup);

const DELETED = "2026-11-20T09:00:00Z";
const TURN = { id: "t", question_id: "q", answer_id: "a", status: "running", reason: null } as const;
const asked = question("q", 1, "Why?");
const answered = answer("a", 2, "q", "So.");
const words = () => screen.getByLabelText<HTMLTextAreaElement>("What it says");

describe("a question", () => {
  test("is changed in its place and asked again", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    expect(words().value).toBe("Why?");
    expect(document.activeElement).toBe(words());
    await userEvent.type(words(), " And how?{Enter}");
    expect(visit.sent("regenerate")).toMatchObject([{ message_id: "q", content: "Why? And how?" }]);
    await visit.answers("regenerate");
    expect(screen.queryByLabelText("What it says")).toBeNull();
    expect(document.activeElement).toBe(screen.getByLabelText("Message"));
  });

  test("is changed without asking again", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.clear(words());
    await userEvent.type(words(), "How?");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(visit.sent("edit_message")).toMatchObject([{ message_id: "q", content: "How?" }]);
    expect(visit.sent("regenerate")).toEqual([]);
  });

  test("stays as it was when one gives up, and when nothing was changed", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.type(words(), " No.{Escape}");
    expect(screen.getByText("Why?")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    expect(words().value).toBe("Why?");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(screen.queryByLabelText("What it says")).toBeNull();
    expect(visit.sent("edit_message")).toEqual([]);
  });

  test("is not sent by the key that ends a composition, also where the browser ends that first", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    fireEvent.change(words(), { target: { value: "にほん" } });
    const composing = createEvent.keyDown(words(), { key: "Enter" });
    Object.defineProperty(composing, "isComposing", { value: true });
    fireEvent(words(), composing);
    fireEvent.keyDown(words(), { key: "Enter", keyCode: 229 });
    expect(visit.sent("regenerate")).toEqual([]);
    fireEvent.keyDown(words(), { key: "Enter", keyCode: 13 });
    expect(visit.sent("regenerate")).toMatchObject([{ content: "にほん" }]);
  });

  test("that one gives up can be had back with its new words", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.type(words(), " And how?{Escape}");
    expect(visit.toasts).toEqual(["What you were writing is cleared."]);
    expect(localStorage).toHaveLength(0);
    await visit.undoes();
    expect(words().value).toBe("Why? And how?");
    await userEvent.clear(words());
    await userEvent.type(words(), "Why?{Escape}");
    expect(visit.toasts).toHaveLength(1);
  });

  test("keeps its new words over a reload, and says that they wait", async () => {
    await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.type(words(), " And how?");
    cleanup();
    const visit = await Visit.begin({ messages: [asked, answered] });
    expect(screen.getByText(/^You began to say this in other words/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Go on" }));
    expect(words().value).toBe("Why? And how?");
    await userEvent.click(screen.getByRole("button", { name: "Save" }));
    await visit.happens({ type: "message_updated", message: body("q", { parts: [text("Why? And how?")], edits: 1, edited_at: DELETED }) });
    await visit.answers("edit_message");
    expect(screen.queryByText(/^You began/)).toBeNull();
    expect(localStorage).toHaveLength(0);
  });

  test("that is deleted in another window leaves its new words where one writes", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.type(screen.getByLabelText("Message"), "Half a sen");
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.type(words(), " And how?");
    await visit.happens({ type: "message_deleted", message_id: "q", deleted_at: DELETED });
    const field = screen.getByLabelText<HTMLTextAreaElement>("Message");
    expect(field.value).toBe("Half a sen\n\nWhy? And how?");
    expect(document.activeElement).toBe(field);
    expect(visit.toasts).toEqual(["The question was deleted. Your new words for it stand where you write."]);
  });

  test("that was deleted meanwhile still gives away the words that were begun for it", async () => {
    await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.type(words(), " And how?");
    cleanup();
    await Visit.begin({ messages: [question("q", 1, "", { deleted_at: DELETED, parts: [] }), answered] });
    const field = screen.getByLabelText<HTMLTextAreaElement>("Message");
    expect(field.value).toBe("");
    await userEvent.click(screen.getByRole("button", { name: "Go on" }));
    expect(field.value).toBe("Why? And how?");
    expect(screen.queryByRole("button", { name: "Go on" })).toBeNull();
  });

  test("takes no text that is far too long in, and says why", async () => {
    await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    const paste = createEvent.paste(words(), { clipboardData: { getData: () => "x".repeat(300_000) } });
    fireEvent(words(), paste);
    expect(paste.defaultPrevented).toBe(true);
    expect(screen.getByRole("alert").textContent).toMatch(/^That is 300,000 characters; .* Nothing was pasted/);
  });

  test("that is not the last cannot be asked again; one that waits is only changed", async () => {
    const visit = await Visit.begin({ messages: [asked, answered, question("r", 3, "And?")] });
    await visit.happens({ type: "turn_updated", turn: { ...TURN, question_id: "r", answer_id: null, status: "queued" } });
    for (const button of screen.getAllByRole("button", { name: "Edit the question" })) {
      await userEvent.click(button);
      expect(screen.queryByRole("button", { name: "Save and ask again" })).toBeNull();
      expect(screen.getByRole("button", { name: "Save" })).toBeTruthy();
      await userEvent.keyboard("{Escape}");
    }
  });

  test("that is being answered is asked again or left as it was", async () => {
    const running = answer("a", 2, "q", "S", { status: "running" });
    await Visit.begin({ messages: [asked, running], turns: [TURN] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
    expect(screen.getByRole("button", { name: "Save and ask again" })).toBeTruthy();
    expect(screen.getByText("The answer that is being written ends then.")).toBeTruthy();
  });

  test("whose new words are refused says why, and they stay", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Edit the question" }));
    await userEvent.type(words(), " How?{Enter}");
    await visit.refuses("regenerate", "You can send 15 messages a minute.");
    expect(screen.getByRole("alert").textContent).toBe("You can send 15 messages a minute.");
    expect(words().value).toBe("Why? How?");
  });

  test("the last own one is changed by the arrow upwards, and the cursor comes back", async () => {
    await Visit.begin({ messages: [asked, answered, question("r", 3, "And?"), question("s", 5, "", { deleted_at: DELETED, parts: [] })] });
    const field = screen.getByLabelText("Message");
    fireEvent.keyDown(field, { key: "ArrowUp" });
    expect(words().value).toBe("And?");
    await userEvent.keyboard("{Escape}");
    expect(document.activeElement).toBe(field);
  });

  test("that was changed shows what it said before to whoever asks", async () => {
    const edits = [{ edit: 0, content: "Wy?", replaced_at: DELETED }];
    await Visit.begin({ messages: [question("q", 1, "Why?", { edits: 1, edited_at: DELETED })] }, { edits: () => Promise.resolve(edits) });
    await userEvent.click(screen.getByRole("button", { name: "(edited)" }));
    expect(within(screen.getByRole("list", { name: "What it said before" })).getByText("Wy?")).toBeTruthy();
  });
});

describe("an answer to earlier words", () => {
  test("says so, and can be asked for again where it is the last", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    expect(screen.queryByText(/Answers the earlier wording/)).toBeNull();
    await visit.happens({ type: "message_updated", message: body("q", { parts: [text("How?")], edits: 1, edited_at: DELETED }) });
    expect(screen.getByText(/Answers the earlier wording/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "ask again" }));
    expect(visit.sent("regenerate")).toMatchObject([{ message_id: "a" }]);
  });
});

describe("taking back", () => {
  test("asks first; what is gone leaves a mark without actions, which has the focus", async () => {
    const visit = await Visit.begin({ messages: [asked, answered] });
    await userEvent.click(screen.getByRole("button", { name: "Delete the question" }));
    expect(visit.sent("delete_message")).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Keep it" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete the question" }));
    await userEvent.click(screen.getByRole("button", { name: "Delete it" }));
    expect(visit.sent("delete_message")).toMatchObject([{ message_id: "q" }]);
    await visit.answers("delete_message");
    await visit.happens({ type: "message_deleted", message_id: "q", deleted_at: DELETED });
    expect(document.activeElement?.textContent).toBe("Message deleted");
    expect(screen.queryByRole("button", { name: /the question/ })).toBeNull();
    expect(screen.getByText("So.")).toBeTruthy();
  });

  test("a version shows the one before it, and the last one leaves a mark", async () => {
    const visit = await Visit.begin({ messages: [asked, answered, answer("b", 3, "q", "Better.")] });
    await visit.happens({ type: "message_deleted", message_id: "b", deleted_at: DELETED });
    expect(screen.getByText("So.")).toBeTruthy();
    expect(screen.queryByText(/of 2/)).toBeNull();
    await visit.happens({ type: "message_deleted", message_id: "a", deleted_at: DELETED });
    expect(screen.getByText("Message deleted")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Ask again" })).toBeNull();
  });
});
