import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ModelView } from "../../protocol/providers";
import { ADMIN, BUILT_IN, GUEST, drawn } from "../pretend";
import { Models } from "./Models";

const DEN: ModelView = { id: "den/small", provider: "den", host: "den.example", is_allowed: true, is_default: true };
const FOUND: ModelView = { id: "openai/gpt", provider: "openai", host: "api.openai.com", is_allowed: false, is_default: false };

let kept: string | null;
const choice = { load: () => kept, save: (model: string | null) => void (kept = model) };

beforeEach(() => (kept = null));
afterEach(cleanup);

const among = (models: ModelView[], me = ADMIN) => drawn(<Models />, { models: () => Promise.resolve(models) }, me, choice);
const ALL = [DEN, FOUND, { ...BUILT_IN, is_default: false }];

test("each who may answer says where the talk goes, and who answers now is marked", async () => {
  await among(ALL);
  await userEvent.click(await screen.findByLabelText("Who answers: den/small"));
  const [den, builtIn] = screen.getAllByRole("button");
  expect(den?.textContent).toBe("den/small · nowQuestions, and what the tools find, go to den.example.");
  expect(den?.getAttribute("aria-pressed")).toBe("true");
  expect(builtIn?.textContent).toBe("built inNo AI is used, and nothing leaves this machine.");
});

test("a choice is kept, and taking the default again follows it from then on", async () => {
  await among(ALL);
  await userEvent.click(await screen.findByLabelText("Who answers: den/small"));
  await userEvent.click(screen.getByRole("button", { name: /^built in/ }));
  expect(kept).toBe("built-in");
  await userEvent.click(screen.getByLabelText("Who answers: built in"));
  await userEvent.click(screen.getByRole("button", { name: /^den/ }));
  expect(kept).toBeNull();
});

test("what was chosen before the page was opened answers; one that may no longer does not", async () => {
  kept = "built-in";
  await among(ALL);
  expect(await screen.findByLabelText("Who answers: built in")).toBeTruthy();
  cleanup();
  kept = "openai/gpt";
  await among(ALL);
  expect(await screen.findByLabelText("Who answers: den/small")).toBeTruthy();
});

test("what waits for an admin's word is told to everybody, and only an admin is led to where it is given", async () => {
  await among(ALL);
  await userEvent.click(await screen.findByLabelText("Who answers: den/small"));
  expect(screen.getByText("openai could answer too, and waits for your word.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Set up models…" })).toBeTruthy();
  cleanup();
  await among(ALL, GUEST);
  await userEvent.click(await screen.findByLabelText("Who answers: den/small"));
  expect(screen.getByText("openai could answer too, once an admin allows it.")).toBeTruthy();
  expect(screen.queryByRole("link")).toBeNull();
});

test("where there is nothing to choose there is nothing to open", async () => {
  await among([BUILT_IN], GUEST);
  expect(await screen.findByText("built in")).toBeTruthy();
  expect(screen.queryByLabelText(/Who answers/)).toBeNull();
});
