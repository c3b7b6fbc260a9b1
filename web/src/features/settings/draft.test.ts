import { describe, expect, test } from "vitest";
import type { ProviderView } from "../../protocol/providers";
import type { Draft } from "./draft";
import { changeOf, draftOf, fieldOf, hintForKey, newProvider, ofKind, optionsFor, problemsOf, trialOf, whereItWouldGo, withNamed } from "./draft";

const GOOD: Draft = { name: "openai", address: "https://api.openai.com/v1", key: "sk-1", models: ["gpt-4o-mini"] };
const KNOWN: ProviderView = {
  name: "openai",
  base_url: "https://api.openai.com/v1",
  host: "api.openai.com",
  has_key: true,
  models: ["gpt-4o-mini", "gpt-4o"],
  source: "app",
  is_allowed: true,
};

describe("what is wrong with a draft", () => {
  test("nothing, when everything is as it should be", () => {
    expect(problemsOf(GOOD, [])).toEqual({});
    expect(problemsOf({ ...GOOD, key: "", address: " http://localhost:11434/v1 " }, [])).toEqual({});
  });

  test("an empty form says so of the name, the address and the models", () => {
    expect(Object.keys(problemsOf({ name: "", address: "", key: "", models: [] }, []))).toEqual(["name", "address", "models"]);
  });

  test.each(["Open AI", "-x", "é", "a".repeat(40), "a/b"])("%s is no name", (name) => {
    expect(problemsOf({ ...GOOD, name }, []).name).toMatch(/Small letters/);
  });

  test("a name that is taken, or the house's own, is refused", () => {
    expect(problemsOf(GOOD, ["openai"]).name).toMatch(/set up already/);
    expect(problemsOf({ ...GOOD, name: "built-in" }, []).name).toMatch(/model of this house/);
  });

  test.each(["", "api.openai.com", "ftp://x", "http://", "https://u:p@x.example/v1", "javascript:alert(1)"])("%s is no address", (address) => {
    expect(problemsOf({ ...GOOD, address }, []).address).toMatch(/begins with https/);
  });

  test.each(["sk 1", "schlüssel", "k".repeat(4_001)])("a key that no header can carry is refused", (key) => {
    expect(problemsOf({ ...GOOD, key }, []).key).toMatch(/Copy it again/);
  });

  test("no model is too few and a hundred and one are too many", () => {
    const many = Array.from({ length: 101 }, (_, index) => `m${String(index)}`);
    expect(problemsOf({ ...GOOD, models: [] }, []).models).toMatch(/at least one/);
    expect(problemsOf({ ...GOOD, models: many }, []).models).toMatch(/At most 100/);
    expect(problemsOf({ ...GOOD, models: many.slice(1) }, [])).toEqual({});
  });
});

describe("where the talk would go", () => {
  const goes = (address: string) => whereItWouldGo({ ...GOOD, address });

  test("elsewhere, by its host and port", () => {
    expect(goes("https://models.example:8443/v1")).toBe("What is asked, and what the tools find, will go to models.example:8443.");
  });

  test.each(["http://localhost:11434/v1", "http://127.0.0.1:1234", "http://[::1]:8000/v1"])("%s is this machine", (address) => {
    expect(goes(address)).toMatch(/That is the machine that Parlour itself runs on\.$/);
  });

  test.each(["http://localhost.evil.example/v1", "http://127.0.0.1.example", "http://192.168.1.9:11434/v1"])(
    "%s is not, and goes unencrypted",
    (address) => {
      expect(goes(address)).toMatch(/unencrypted/);
    },
  );

  test("nowhere, while there is no address", () => {
    expect(goes("api")).toBe("");
  });
});

describe("what is sent", () => {
  test("of a new one everything, without blanks around it", () => {
    const draft = { name: " openai ", address: " https://api.openai.com/v1 ", key: " sk-1 ", models: ["a"] };
    expect(newProvider(draft)).toEqual({ name: "openai", base_url: "https://api.openai.com/v1", api_key: "sk-1", models: ["a"] });
  });

  test("of a known one only what changed; a key that was not written stays", () => {
    expect(changeOf(draftOf(KNOWN), KNOWN)).toEqual({});
    expect(changeOf({ ...draftOf(KNOWN), address: "https://api.openai.com/v1/" }, KNOWN)).toEqual({});
    expect(changeOf({ ...draftOf(KNOWN), models: ["gpt-4o"] }, KNOWN)).toEqual({ models: ["gpt-4o"] });
    expect(changeOf({ ...draftOf(KNOWN), key: "sk-2" }, KNOWN)).toEqual({ api_key: "sk-2" });
  });

  test("with a new address always the key that was written for it, even none", () => {
    const draft = { ...draftOf(KNOWN), address: "https://other.example/v1" };
    expect(changeOf(draft, KNOWN)).toEqual({ base_url: "https://other.example/v1", api_key: "" });
    expect(trialOf(draft, KNOWN)).toMatchObject({ base_url: "https://other.example/v1", api_key: "" });
    expect(hintForKey(draft, KNOWN)).toMatch(/never follows to another address/);
  });

  test("to try a known one, its name stands for the key it has", () => {
    expect(trialOf(draftOf(KNOWN), KNOWN)).toEqual({ name: "openai", model: "gpt-4o-mini" });
    expect(trialOf({ ...GOOD, models: [] }, null)).toEqual({ base_url: "https://api.openai.com/v1", api_key: "sk-1" });
  });

  test("a model whose name is being written counts, once", () => {
    expect(withNamed(["a"], " b ")).toEqual(["a", "b"]);
    expect(withNamed(["a"], "a")).toEqual(["a"]);
    expect(withNamed(["a"], " ")).toEqual(["a"]);
  });
});

test("a provider's problem stands beside the field that it is about", () => {
  expect(fieldOf("provider_unauthorized", {})).toBe("key");
  expect(fieldOf("provider_unavailable", {})).toBe("address");
  expect(fieldOf("provider_refused", { model: "gone" })).toBe("models");
  expect(fieldOf("provider_refused", {})).toBe("address");
  expect(fieldOf("provider_rate_limited", {})).toBeNull();
});

describe("a format of its own", () => {
  const CLAUDE: Draft = { ...GOOD, address: "https://api.anthropic.com", kind: "anthropic", options: { thinking: "low" } };
  const KEPT: ProviderView = { ...KNOWN, base_url: "https://api.anthropic.com", kind: "anthropic", options: { thinking: "low" } };

  test("is sent with what it takes, and not with what says nothing", () => {
    expect(newProvider(CLAUDE)).toMatchObject({ kind: "anthropic", options: { thinking: "low" } });
    expect(newProvider({ ...CLAUDE, options: { thinking: "" } })).toMatchObject({ kind: "anthropic", options: {} });
    expect(trialOf(CLAUDE, null)).toMatchObject({ kind: "anthropic", base_url: "https://api.anthropic.com" });
  });

  test("is sent as a change only when it changed", () => {
    expect(changeOf(draftOf(KEPT), KEPT)).toEqual({});
    expect(changeOf({ ...draftOf(KEPT), options: { thinking: "high" } }, KEPT)).toEqual({ kind: "anthropic", options: { thinking: "high" } });
    expect(changeOf({ ...draftOf(KEPT), kind: "openai", options: {} }, KEPT)).toEqual({ kind: "openai", options: {} });
    expect(trialOf({ ...draftOf(KEPT), options: {} }, KEPT)).toMatchObject({ name: "openai", kind: "anthropic", options: {} });
  });

  test("brings the address of its own provider, but takes nobody's written one away", () => {
    expect(ofKind({ ...GOOD, address: "" }, "anthropic")).toMatchObject({ kind: "anthropic", address: "https://api.anthropic.com" });
    expect(ofKind(CLAUDE, "mistral")).toEqual({ kind: "mistral", options: {}, address: "https://api.mistral.ai" });
    expect(ofKind({ ...CLAUDE, address: "https://gateway.example" }, "mistral")).toEqual({ kind: "mistral", options: {} });
  });

  test("says what it takes besides", () => {
    expect(optionsFor(GOOD)).toEqual([]);
    expect(optionsFor(CLAUDE)).toEqual(["thinking"]);
    expect(optionsFor({ ...GOOD, kind: "bedrock" })).toEqual(["thinking", "region"]);
  });
});
