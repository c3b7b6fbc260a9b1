import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Whose } from "../../connection/deciding";
import { RestError, type Rest } from "../../connection/rest";
import type { EffectiveModels, ModelSettings } from "../../protocol/effective";
import type { ModelView } from "../../protocol/providers";
import { NO_PARAMETERS } from "../../state/parameters";
import { ADMIN, BUILT_IN, GUEST, IN_FORCE, drawn } from "../pretend";
import { Models } from "./Models";
import { With } from "./With";

const DEN: ModelView = { id: "den/small", provider: "den", host: "den.example", is_allowed: true, is_default: true, window: 128_000 };
const FOUND: ModelView = { id: "openai/gpt", provider: "openai", host: "api.openai.com", is_allowed: false, is_default: false };
const ALL = [DEN, FOUND, { ...BUILT_IN, is_default: false }];
const TALK = "11111111-1111-7111-8111-111111111111";

let kept: Map<string, ModelSettings>;
let version: number;
let moved: number;
let effective: EffectiveModels;

beforeEach(() => {
  kept = new Map();
  version = 0;
  moved = 0;
  effective = { ...IN_FORCE, model: "den/small", origins: { ...IN_FORCE.origins, model: "tenant" } };
});
afterEach(cleanup);

const nameOf = (whose: Whose) => ("id" in whose ? `${whose.kind} ${whose.id}` : whose.kind);

function doors(models: ModelView[]): Partial<Rest> {
  return {
    models: () => Promise.resolve(models),
    effective: () => Promise.resolve(effective),
    modelSettings: (whose) => Promise.resolve({ settings: kept.get(nameOf(whose)) ?? {}, version, may_change: true }),
    decideModels: (whose, { settings }) => {
      if (moved > 0) {
        moved -= 1;
        return Promise.reject(new RestError("This changed a moment ago.", 409, "moved"));
      }
      version += 1;
      kept.set(nameOf(whose), settings);
      return Promise.resolve({ settings, version, may_change: true });
    },
  };
}

const among = (models: ModelView[], me = ADMIN, conversation: string | null = TALK) =>
  drawn(<Models conversation={conversation} project={null} />, doors(models), me);
const opens = async (name = "den/small") => userEvent.click(await screen.findByLabelText(`Who answers: ${name}`));
const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));

test("each who may answer says where the talk goes and how much it takes, and who answers now is marked", async () => {
  await among(ALL);
  await opens();
  const den = screen.getByRole("button", { name: /^den\/small/ });
  expect(den.textContent).toBe("den/small · nowQuestions, and what the tools find, go to den.example.128k tokens at once");
  expect(den.getAttribute("aria-pressed")).toBe("true");
  expect(screen.getByRole("button", { name: /^built in/ }).textContent).toBe("built inNo AI is used, and nothing leaves this machine.");
  expect(screen.getByText("den/small is the house’s default.")).toBeTruthy();
});

test("a choice is for this conversation, even when somebody else decides at the same moment", async () => {
  moved = 1;
  await among(ALL);
  await opens();
  await press(/^built in/);
  await waitFor(() => expect(kept.get(`conversation ${TALK}`)).toEqual({ model: "built-in" }));
});

test("a choice counts at once, until it is kept or turns out not to be", async () => {
  const asked: { keep: () => void; refuse: (why: Error) => void }[] = [];
  const decided: Rest["decideModels"] = (_, { settings }) =>
    new Promise((keep, refuse) => {
      asked.push({ keep: () => keep({ settings, version: 1, may_change: true }), refuse });
    });
  const { room } = await drawn(<Models conversation={TALK} project={null} />, { ...doors(ALL), decideModels: decided });
  await opens();
  await press(/^built in/);
  expect(await screen.findByLabelText("Who answers: built in")).toBeTruthy();
  expect(room.store.getState().planned).toEqual({ model: "built-in" });
  await waitFor(() => expect(asked).toHaveLength(1));
  asked[0]?.refuse(new RestError("You may not.", 403, "forbidden"));
  expect(await screen.findByLabelText("Who answers: den/small")).toBeTruthy();
  expect(screen.getByText("You may not.")).toBeTruthy();

  await opens();
  await press(/^built in/);
  await waitFor(() => expect(asked).toHaveLength(2));
  effective = { ...effective, model: "built-in", origins: { ...effective.origins, model: "conversation" } };
  asked[1]?.keep();
  await waitFor(() => expect(room.store.getState().planned).toEqual({}));
  expect(screen.getByLabelText("Who answers: built in")).toBeTruthy();
});

test("what is on its way to one conversation does not count in another", async () => {
  const { room } = await drawn(<Models conversation={TALK} project={null} />, { ...doors(ALL), decideModels: () => new Promise(() => {}) });
  await opens();
  await press(/^built in/);
  expect(room.store.getState().planned).toEqual({ model: "built-in" });
  await room.acts.settle({ conversation: null, project: null });
  expect(room.store.getState().planned).toEqual({});
});

test("what was chosen here can be made one's own default, or be chosen no longer", async () => {
  effective = { ...effective, origins: { ...effective.origins, model: "conversation" } };
  await among(ALL);
  await opens();
  await press("Make it my own default");
  await waitFor(() => expect(kept.get("mine")).toEqual({ model: "den/small" }));
  await opens();
  await press("Choose nobody for this conversation");
  await waitFor(() => expect(kept.get(`conversation ${TALK}`)).toEqual({ model: null }));
});

test("before a conversation is begun the choice waits for its first message, and is then kept for it", async () => {
  const { room } = await among(ALL, ADMIN, null);
  await opens();
  await press(/^built in/);
  expect(await screen.findByLabelText("Who answers: built in")).toBeTruthy();
  expect(kept.size).toBe(0);
  await room.acts.keepPlanned(TALK);
  expect(kept.get(`conversation ${TALK}`)).toEqual({ model: "built-in" });
  expect(room.store.getState().planned).toEqual({});
});

test("favourites stand first, and a star makes one", async () => {
  effective = { ...effective, favourites: ["built-in"] };
  await among(ALL);
  await opens();
  const rows = screen.getAllByRole("listitem").map((row) => row.textContent);
  expect(rows[0]).toMatch(/^built in/);
  await press("Make it a favourite: den/small");
  await waitFor(() => expect(kept.get("mine")).toEqual({ favourites: ["den/small"] }));
});

test("who would have answered, and why not, is said", async () => {
  effective = { ...effective, skipped: [{ scope: "user", model: "den/old", why: "There is no model den/old on this server." }] };
  await among(ALL);
  await opens();
  expect(screen.getByText("den/old, your own default, cannot answer. There is no model den/old on this server.")).toBeTruthy();
});

test("how it answers says what counts now and who decided it, and only what is written is decided", async () => {
  await among(ALL);
  await opens();
  await press("How it answers");
  const heat = await screen.findByLabelText("Temperature");
  expect(heat.getAttribute("placeholder")).toBe("0.1");
  expect(screen.getByText("0 keeps to the facts, 2 is wild. Now 0.1, as it was set up.")).toBeTruthy();
  await userEvent.type(heat, "3");
  expect(screen.getByText("A number from 0 to 2.")).toBeTruthy();
  await userEvent.clear(heat);
  await userEvent.type(heat, "1,2");
  await press("Keep for this conversation");
  await waitFor(() => expect(kept.get(`conversation ${TALK}`)).toEqual({ parameters: { ...NO_PARAMETERS, temperature: 1.2 } }));
});

test("more than that is out of the way, bounded, says where it comes from, and is emptied by one press", async () => {
  const parameters = { ...IN_FORCE.parameters, top_p: 0.8, presence_penalty: 0.5 };
  effective = { ...effective, parameters, origins: { ...effective.origins, top_p: "conversation", presence_penalty: "project" } };
  kept.set(`conversation ${TALK}`, { parameters: { ...NO_PARAMETERS, top_p: 0.8 } });
  await among(ALL);
  await opens();
  await press("How it answers");
  expect(await screen.findByLabelText("Temperature")).toBeTruthy();
  expect(screen.queryByLabelText("Top p")).toBeNull();
  await press(/^More/);
  expect(screen.getByText(/Now 0.8, chosen for this conversation\.$/)).toBeTruthy();
  expect(screen.getByText(/Now 0.5, the project’s default\.$/)).toBeTruthy();
  expect(screen.getByText(/Left to the provider\.$/)).toBeTruthy();
  await userEvent.type(screen.getByLabelText("Frequency penalty"), "2.5");
  expect(screen.getByText("A number from -2 to 2.")).toBeTruthy();
  await userEvent.clear(screen.getByLabelText("Top p"));
  await userEvent.type(screen.getByLabelText("Top p"), "0");
  expect(screen.getByText("A number above 0, up to 1.")).toBeTruthy();
  await press("Empty these");
  expect(screen.queryByText("A number above 0, up to 1.")).toBeNull();
  await press("Keep for this conversation");
  await waitFor(() => expect(kept.get(`conversation ${TALK}`)).toEqual({ parameters: NO_PARAMETERS }));
});

test("somebody else is asked this once from a list like it, by a press and no sooner", async () => {
  const asked: string[] = [];
  await drawn(<With ask={(model) => asked.push(model)} />, { ...doors(ALL), models: () => Promise.resolve(ALL) });
  const face = await screen.findByLabelText("Ask again with another model");
  await userEvent.click(face);
  expect(screen.getByRole("button", { name: /^den\/small/ }).textContent).toMatch(/^den\/small.*128k tokens at once$/);
  screen.getByRole("button", { name: /^den\/small/ }).focus();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(asked).toEqual([]);
  expect(document.activeElement?.textContent).toMatch(/^built in/);
  await userEvent.keyboard("{Enter}");
  expect(asked).toEqual(["built-in"]);
  expect(screen.queryByRole("listitem")).toBeNull();
  expect(document.activeElement).toBe(face);
});

test("where nobody else may answer, nobody else is asked", async () => {
  await drawn(<With ask={() => undefined} />, { models: () => Promise.resolve([DEN, FOUND]) });
  expect(screen.queryByLabelText("Ask again with another model")).toBeNull();
});

test("what waits for an admin's word is told to everybody, and only an admin is led to where it is given", async () => {
  await among(ALL);
  await opens();
  expect(screen.getByText("openai could answer too, and waits for your word.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "Set up models…" })).toBeTruthy();
  cleanup();
  await among(ALL, GUEST);
  await opens();
  expect(screen.getByText("openai could answer too, once an admin allows it.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "My defaults…" })).toBeTruthy();
});

test("where there is nothing to choose there is nothing to open", async () => {
  effective = { ...effective, model: "built-in" };
  await among([BUILT_IN], GUEST);
  expect(await screen.findByText("built in")).toBeTruthy();
  expect(screen.queryByLabelText(/Who answers/)).toBeNull();
});
