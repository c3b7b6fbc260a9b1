import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { SystemView } from "../../protocol/house";
import type { ModelView } from "../../protocol/providers";
import type { Me } from "../../protocol/rest";
import { ADMIN, BUILT_IN, GUEST, drawn } from "../pretend";
import { Welcome } from "./Welcome";

const HOME = { kind: "home", name: "Maple House", state: "connected", words: "The demo house: 17 rooms and 80 devices." } as const;
const STORE = { kind: "database", name: "SQLite", state: "connected", words: "Everything is kept in one file." } as const;
const FOUND: ModelView = { id: "openai/fake", provider: "openai", host: "models.example", is_allowed: false, is_default: false };

let system: SystemView;
let models: ModelView[];
let asked: string[];

beforeEach(() => {
  system = { version: "1", parts: [HOME, STORE], admins: ["Robin"] };
  models = [BUILT_IN];
  asked = [];
  localStorage.clear();
});
afterEach(cleanup);

function at(me: Me = ADMIN, doors: Partial<Rest> = {}) {
  const all = {
    questions: () => Promise.resolve(["What's in the kitchen?"]),
    models: () => Promise.resolve(models),
    system: () => Promise.resolve(system),
    ...doors,
  };
  return drawn(<Welcome ask={(question) => asked.push(question)} />, all, me);
}

/** What is connected, line by line; those that are not begin with a dash. */
function lines(): string[] {
  const terms = screen.getAllByRole("term");
  return terms.map((term) => {
    const joined = term.textContent.replace(" (not connected)", "");
    return `${joined === term.textContent ? "" : "- "}${joined}: ${term.nextElementSibling?.textContent ?? ""}`;
  });
}

test("a house says what is in it, who answers, where it is kept, and what is missing with the way to it", async () => {
  await at();
  await screen.findByText("Maple House");
  expect(lines()).toEqual([
    "Maple House: The demo house: 17 rooms and 80 devices.",
    "Built-in model: It answers. No AI is used, and nothing leaves this machine.",
    "- Language model: None is set up. One could answer freely, with the same tools. Set one up",
    "SQLite: Everything is kept in one file.",
  ]);
  expect(screen.getByRole("link", { name: "Set one up" }).getAttribute("href")).toBe("/settings/models");
});

test("whoever cannot set anything up is told who can", async () => {
  system = { ...system, parts: [HOME], admins: ["Robin", "Ines"] };
  await at(GUEST);
  await screen.findByText("Maple House");
  expect(lines()).toContain("- Language model: None is set up. One could answer freely, with the same tools. Robin or Ines can set one up.");
  expect(screen.queryByRole("link")).toBeNull();
});

test("a model that was found waits for an admin's word, and nobody else is offered it", async () => {
  models = [FOUND, BUILT_IN];
  await at();
  await screen.findByText("Maple House");
  expect(screen.getByText(/Ask openai\/fake at models.example\?/)).toBeTruthy();
  expect(lines()).toContain("- openai: It was found, and nothing goes there before your word.");
  cleanup();
  await at(GUEST);
  await screen.findByText("Maple House");
  expect(screen.queryByText(/Ask openai/)).toBeNull();
  expect(lines()).toContain("- openai: It was found, and nothing goes there before the word of Robin.");
});

test("a provider that answers is named with the host that the talk goes to", async () => {
  models = [{ ...FOUND, is_allowed: true, is_default: true }, { ...BUILT_IN, is_default: false }];
  await at();
  await screen.findByText("Maple House");
  expect(lines()).toContain("openai/fake: It answers. Questions, and what the tools find, go to models.example.");
});

test("an empty house says so, and what to do", async () => {
  system = { ...system, parts: [{ kind: "home", name: "Home", state: "empty", words: "Nothing is in this house yet." }] };
  await at(ADMIN, { questions: () => Promise.resolve([]) });
  expect(await screen.findByRole("heading", { name: "Nothing is in this house yet" })).toBeTruthy();
  expect(screen.getByText("parlour serve --demo")).toBeTruthy();
  expect(lines()[0]).toBe("- Home: Nothing is in this house yet.");
});

test("the questions can be asked even when what is connected cannot be found out", async () => {
  let away = true;
  await at(ADMIN, { system: () => (away ? Promise.reject(new RestError("The server is busy.", 503)) : Promise.resolve(system)) });
  expect(await screen.findByText(/What is connected could not be found out\. The server is busy\./)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "What's in the kitchen?" }));
  expect(asked).toEqual(["What's in the kitchen?"]);
  away = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Maple House")).toBeTruthy();
});
