import { cleanup, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { NewModelSettings } from "../../protocol/effective";
import type { ModelView, ProviderTried, ProviderView } from "../../protocol/providers";
import { NO_PARAMETERS } from "../../state/parameters";
import { BUILT_IN, GUEST, IN_FORCE, drawn } from "../pretend";
import { ModelSettings } from "./ModelSettings";

const FOUND: ProviderView = {
  name: "openai",
  base_url: "https://api.openai.com/v1",
  host: "api.openai.com",
  has_key: true,
  models: ["gpt-4o-mini"],
  source: "environment",
  is_allowed: false,
};
const OURS: ProviderView = { ...FOUND, name: "den", base_url: "http://den.example/v1", host: "den.example", source: "app", is_allowed: true };
const FINE: ProviderTried = { works: true, problem: null, models: ["small", "large"], duration_ms: 312 };

let asked: unknown[];
let providers: ProviderView[];
let models: ModelView[];
let tried: ProviderTried | RestError;
let refusal: RestError | null;

beforeEach(() => {
  asked = [];
  providers = [];
  models = [BUILT_IN];
  tried = FINE;
  refusal = null;
});
afterEach(cleanup);

function doors(): Partial<Rest> {
  const answer = <T,>(what: unknown[], value: () => T): Promise<T> => {
    asked.push(what);
    return refusal === null ? Promise.resolve(value()) : Promise.reject(refusal);
  };
  return {
    models: () => Promise.resolve(models),
    providers: () => Promise.resolve(providers),
    modelSettings: () => Promise.resolve({ settings: {}, version: 0, may_change: true }),
    routing: () => Promise.resolve({ routing: {}, source: "environment" }),
    instances: () => Promise.resolve([]),
    system: () => Promise.resolve({ version: "1", parts: [], admins: ["Robin"] }),
    tryProvider: (_, trial) => {
      asked.push(["try", trial]);
      return tried instanceof RestError ? Promise.reject(tried) : Promise.resolve(tried);
    },
    addProvider: (_, provider) =>
      answer(["add", provider], () => (providers = [...providers, { ...OURS, name: provider.name, models: provider.models }])),
    changeProvider: (_, name, change) => answer(["change", name, change], () => providers),
    removeProvider: (_, name) => answer(["remove", name], () => (providers = providers.filter((one) => one.name !== name))),
    makeDefault: (model) => answer(["default", model], () => {
        models = models.map((one) => ({ ...one, is_default: one.id === model }));
      }),
    allowProvider: (name, isAllowed) =>
      answer(["allow", name, isAllowed], () => {
        providers = providers.map((one) => (one.name === name ? { ...one, is_allowed: isAllowed } : one));
      }),
  };
}

const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));
const write = (label: string, words: string) => userEvent.type(screen.getByLabelText(label), words);

describe("who answers", () => {
  beforeEach(() => {
    models = [
      { id: "den/small", provider: "den", host: "den.example", is_allowed: true, is_default: true },
      { id: "openai/gpt", provider: "openai", host: "api.openai.com", is_allowed: false, is_default: false },
      { ...BUILT_IN, is_default: false },
    ];
  });

  test("those that may are named with where the talk goes; the others are not", async () => {
    await drawn(<ModelSettings />, doors());
    const rows = within(screen.getByRole("region", { name: "Who answers" })).getAllByRole("listitem");
    expect(rows.map((row) => row.textContent)).toEqual([
      "den/smallQuestions, and what the tools find, go to den.example.answers now",
      "The built-in modelNo AI is used, and nothing leaves this machine.Let it answer",
    ]);
  });

  test("one press lets the built-in model answer, and one more takes that back", async () => {
    await drawn(<ModelSettings />, doors());
    await press("Let it answer: built in");
    expect(await screen.findByText("The built-in model answers now.")).toBeTruthy();
    await press("Undo");
    expect(asked).toEqual([
      ["default", "built-in"],
      ["default", "den/small"],
    ]);
  });

  test("whoever may not decide sees it, is told who may, and is asked for no providers", async () => {
    await drawn(<ModelSettings />, { ...doors(), providers: () => Promise.reject(new RestError("Only admins.", 403)) }, GUEST);
    expect(screen.getByText("answers now")).toBeTruthy();
    expect(await screen.findByText(/Only Robin can change who answers/)).toBeTruthy();
    expect(screen.getAllByRole("button").map((one) => one.textContent)).toEqual(["More", "Keep"]);
    expect(screen.queryByText("Only admins.")).toBeNull();
  });
});

describe("a new provider", () => {
  beforeEach(async () => {
    await drawn(<ModelSettings />, doors());
    await press("Add a provider");
  });

  test("is written down, tried out, its models picked, and kept; the key is shown to nobody", async () => {
    await press("Ollama");
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("ollama");
    await write("Key", "sk-secret");
    expect(screen.getByLabelText<HTMLInputElement>("Key").type).toBe("password");
    await press("Test");
    expect(await screen.findByText("It answered in 312 ms and has 2 models. Choose below who may be asked.")).toBeTruthy();
    expect(screen.getByText(/will go to localhost:11434/)).toBeTruthy();
    await userEvent.click(screen.getByLabelText("large"));
    await write("Another one, by its name", "tiny");
    await press("Save, and let it answer");
    expect(asked).toEqual([
      ["try", { base_url: "http://localhost:11434/v1", api_key: "sk-secret" }],
      ["add", { name: "ollama", base_url: "http://localhost:11434/v1", api_key: "sk-secret", models: ["large", "tiny"] }],
    ]);
    expect(await screen.findByText("ollama is set up, and may answer.")).toBeTruthy();
    expect(document.body.innerHTML).not.toContain("sk-secret");
    expect(document.activeElement?.textContent).toBe("Add a provider");
  });

  test("with a format of its own is set up by choosing it, and says how hard it thinks", async () => {
    const value = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;
    await press("Anthropic");
    expect([value("Format"), value("Address")]).toEqual(["anthropic", "https://api.anthropic.com"]);
    expect(screen.queryByLabelText("Region")).toBeNull();
    await userEvent.selectOptions(screen.getByLabelText("Thinking"), "low");
    await write("Key", "sk-ant");
    await press("Test");
    const trial = { base_url: "https://api.anthropic.com", api_key: "sk-ant", kind: "anthropic", options: { thinking: "low" } };
    expect(asked.at(-1)).toEqual(["try", trial]);
    await userEvent.selectOptions(screen.getByLabelText("Format"), "bedrock");
    expect([value("Region"), value("Address")]).toEqual(["", "https://bedrock-runtime.us-east-1.amazonaws.com"]);
  });

  test("that lacks something says so beside each field, and is not sent", async () => {
    await press("Save, and let it answer");
    expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(screen.getByLabelText("Name"));
    expect(screen.getByText("Choose at least one model, or write its name.")).toBeTruthy();
    expect(asked).toEqual([]);
  });

  test("can be tested before it has a name, and only what is tested is looked at", async () => {
    await press("Test");
    expect(document.activeElement).toBe(screen.getByLabelText("Address"));
    expect(screen.getByLabelText("Name").getAttribute("aria-invalid")).toBe("false");
    expect(asked).toEqual([]);
  });

  test("whose key is refused says so beside the key, until another one is written", async () => {
    tried = { works: false, problem: { code: "provider_unauthorized", message: "The key was not taken." }, models: [], duration_ms: 9 };
    await press("OpenAI");
    await write("Key", "sk-old");
    await press("Test");
    const said = await screen.findAllByText("The key was not taken.");
    expect(said).toHaveLength(1);
    expect(screen.getByLabelText("Key").getAttribute("aria-describedby")?.split(" ")).toContain(said[0]?.id);
    await write("Key", "2");
    expect(screen.queryByText("The key was not taken.")).toBeNull();
  });

  test("that could not be tried or saved loses nothing of what was written", async () => {
    tried = new RestError("The server cannot be reached just now.", 0);
    refusal = new RestError("The server cannot be reached just now.", 0);
    await press("Groq");
    await write("Key", "gsk-1");
    await press("Test");
    expect(await screen.findByText("The server cannot be reached just now.")).toBeTruthy();
    await write("The name of a model", "llama");
    await press("Save, and let it answer");
    expect((await screen.findByRole("alert")).textContent).toBe("The server cannot be reached just now. What you wrote is still here.");
    expect(screen.getByLabelText<HTMLInputElement>("Key").value).toBe("gsk-1");
    expect(screen.getByLabelText<HTMLInputElement>("The name of a model").value).toBe("llama");
    refusal = null;
    await press("Save, and let it answer");
    expect(await screen.findByText("groq is set up, and may answer.")).toBeTruthy();
  });

  test("whose name somebody else took meanwhile says so beside the name", async () => {
    refusal = new RestError("A provider is called groq already.", 409, "duplicate");
    await press("Groq");
    await write("The name of a model", "llama");
    await press("Save, and let it answer");
    const said = await screen.findByText("A provider is called groq already.");
    expect(screen.getByLabelText("Name").getAttribute("aria-describedby")?.split(" ")).toContain(said.id);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("finds a model among many by a part of its name", async () => {
    tried = { ...FINE, models: Array.from({ length: 30 }, (_, index) => `model-${String(index)}`) };
    await press("vLLM");
    await press("Test");
    await userEvent.type(await screen.findByLabelText("Find among them"), "-27");
    expect(within(screen.getByRole("list", { name: "Models to choose from" })).getAllByRole("checkbox")).toHaveLength(1);
    await userEvent.click(screen.getByLabelText("model-27"));
    expect(screen.getByText("1 chosen of 30.")).toBeTruthy();
  });
});

describe("a provider that is there", () => {
  beforeEach(() => {
    providers = [FOUND, OURS];
  });

  test("waits for an admin's word when it was found, and cannot be changed here", async () => {
    await drawn(<ModelSettings />, doors());
    const its = within(await screen.findByRole("group", { name: "What to do with openai" }));
    expect(screen.getByText("Nothing is sent to api.openai.com before your word.")).toBeTruthy();
    expect(its.queryByRole("button", { name: "Change" })).toBeNull();
    expect(its.queryByRole("button", { name: "Remove…" })).toBeNull();
    await userEvent.click(its.getByRole("button", { name: "Allow it" }));
    expect(asked).toEqual([["allow", "openai", true]]);
    await waitFor(() => {
      expect(screen.getAllByRole("button", { name: "Send nothing there any more" })).toHaveLength(2);
    });
  });

  test("is tested with the key that it has, and says what came of it", async () => {
    await drawn(<ModelSettings />, doors());
    const its = within(await screen.findByRole("group", { name: "What to do with den" }));
    await userEvent.click(its.getByRole("button", { name: "Test" }));
    expect(await screen.findByText("It works: gpt-4o-mini answered in 312 ms.")).toBeTruthy();
    expect(asked).toEqual([["try", { name: "den", model: "gpt-4o-mini" }]]);
  });

  test("is changed without its key, and the focus is where it was", async () => {
    await drawn(<ModelSettings />, doors());
    await screen.findByText("den");
    await press("Change");
    expect(screen.getByText("One is kept, and stays when you leave this empty.")).toBeTruthy();
    await write("Another one, by its name", "more");
    await press("Save");
    expect(asked).toEqual([["change", "den", { models: ["gpt-4o-mini", "more"] }]]);
    expect(document.activeElement?.textContent).toBe("Change");
  });

  test("is removed only after a question, in which keeping it has the focus", async () => {
    await drawn(<ModelSettings />, doors());
    await screen.findByText("den");
    await press("Remove…");
    expect(document.activeElement?.textContent).toBe("Keep it");
    await userEvent.keyboard("{Escape}");
    expect(document.activeElement?.textContent).toBe("Remove…");
    expect(asked).toEqual([]);
    await press("Remove…");
    await press("Remove it");
    expect(asked).toEqual([["remove", "den"]]);
    expect(await screen.findByText("den is removed, and its key is deleted.")).toBeTruthy();
    expect(screen.queryByRole("group", { name: "What to do with den" })).toBeNull();
  });
});

test("providers that could not be fetched say so, and can be asked for again", async () => {
  let away = true;
  const unsure = () => (away ? Promise.reject(new RestError("The server cannot be reached just now.", 0)) : Promise.resolve([OURS]));
  await drawn(<ModelSettings />, { ...doors(), providers: unsure });
  expect((await screen.findByRole("alert")).textContent).toMatch(/cannot be reached/);
  away = false;
  await press("Try again");
  expect(await screen.findByText("den")).toBeTruthy();
});

describe("defaults", () => {
  const saved: [string, NewModelSettings][] = [];
  const deciding = (more: Partial<Rest> = {}): Partial<Rest> => ({
    ...doors(),
    modelSettings: (whose) =>
      Promise.resolve({ settings: whose.kind === "mine" ? { model: "den/old", favourites: ["den/small"] } : {}, version: 3, may_change: true }),
    decideModels: (whose, now) => {
      saved.push([whose.kind, now]);
      return Promise.resolve({ settings: now.settings, version: 4, may_change: true });
    },
    ...more,
  });
  beforeEach(() => {
    saved.splice(0);
    models = [{ id: "den/small", provider: "den", host: "den.example", is_allowed: true, is_default: true }, { ...BUILT_IN, is_default: false }];
  });

  test("one's own are kept with what the form does not show, and one that is gone says so", async () => {
    await drawn(<ModelSettings />, deciding(), GUEST);
    const own = await screen.findByRole("region", { name: "Your own defaults" });
    const who = await within(own).findByLabelText("Who answers");
    expect(within(who).getByRole("option", { name: "den/old (cannot answer now)" })).toBeTruthy();
    await userEvent.type(within(own).getByLabelText("Temperature"), "0.5");
    await userEvent.click(within(own).getByRole("button", { name: "More" }));
    await userEvent.type(within(own).getByLabelText("Top p"), "0.9");
    await userEvent.click(within(own).getByRole("button", { name: "Keep: Your own defaults" }));
    expect(saved).toEqual([
      ["mine", { settings: { model: "den/old", favourites: ["den/small"], parameters: { ...NO_PARAMETERS, temperature: 0.5, top_p: 0.9 }, own_keys: false }, version: 3 }],
    ]);
  });

  test("the house's are for admins, who say there whether people may bring keys of their own", async () => {
    await drawn(<ModelSettings />, deciding(), GUEST);
    expect(screen.queryByRole("region", { name: "How it is answered in this house" })).toBeNull();
    cleanup();
    await drawn(<ModelSettings />, deciding());
    const house = await screen.findByRole("region", { name: "How it is answered in this house" });
    await userEvent.click(await within(house).findByRole("checkbox"));
    await userEvent.click(within(house).getByRole("button", { name: "Keep: How it is answered in this house" }));
    expect(saved.map(([whose, { settings }]) => [whose, settings.own_keys])).toEqual([["house", true]]);
  });

  test("where people may bring keys their own providers are asked for with theirs in mind", async () => {
    const looked: string[] = [];
    const rest = deciding({
      effective: () => Promise.resolve({ ...IN_FORCE, own_keys: true }),
      providers: (whose) => {
        looked.push(whose.kind);
        return Promise.resolve([{ ...OURS, is_allowed: false }]);
      },
    });
    await drawn(<ModelSettings />, rest, GUEST);
    expect(await screen.findByRole("region", { name: "Providers of your own" })).toBeTruthy();
    expect(looked).toEqual(["mine"]);
    expect(await screen.findByText("It is not asked before an admin says so.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Allow it" })).toBeNull();
  });

  test("owners decide for their projects, members do not", async () => {
    const boat = { id: "b", name: "The boat", is_home: false, is_owner: true, is_archived: false };
    await drawn(<ModelSettings />, deciding(), { ...GUEST, projects: [{ ...boat, is_owner: false }] });
    expect(screen.queryByRole("region", { name: "Defaults of a project" })).toBeNull();
    cleanup();
    await drawn(<ModelSettings />, deciding(), { ...GUEST, projects: [boat] });
    const project = await screen.findByRole("region", { name: "Defaults of a project" });
    await userEvent.selectOptions(await within(project).findByLabelText("Who answers"), "den/small");
    await userEvent.click(within(project).getByRole("button", { name: "Keep: Defaults of The boat" }));
    expect(saved.map(([whose, { settings }]) => [whose, settings.model])).toEqual([["project", "den/small"]]);
  });
});
