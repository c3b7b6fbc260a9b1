/** A provider as it is being written down: what is wrong with it, where the talk would go, and what is sent of it. */

import type { NewProvider, Options, ProviderChange, ProviderKind, ProviderTrial, ProviderView } from "../../protocol/providers";
import { KINDS } from "./kinds";
import { PRESETS } from "./presets";

export interface Draft {
  name: string;
  address: string;
  key: string;
  models: readonly string[];
  /** The format that it speaks; Chat Completions where nothing is said. */
  kind?: ProviderKind;
  /** What else its kind needs. */
  options?: Options;
}

export type Field = "name" | "address" | "key" | "models";
export type Problems = Partial<Record<Field, string>>;

const PLAIN: ProviderKind = "openai";
const NAME = /^[a-z0-9][a-z0-9-]{0,38}$/;
const KEY = /^[\x21-\x7e]*$/;
const LONGEST_KEY = 4_000;
const MOST_MODELS = 100;
const RESERVED = "built-in";
const THIS_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** The draft of what is set up already; its key is not known here. */
export function draftOf(known: ProviderView): Draft {
  return { name: known.name, address: known.base_url, key: "", models: known.models, kind: known.kind ?? PLAIN, options: known.options ?? {} };
}

/** What its kind takes besides. */
export function optionsFor(draft: Draft): readonly string[] {
  return KINDS.find(({ kind }) => kind === (draft.kind ?? PLAIN))?.options ?? [];
}

/** The draft in another format: at the address of that format's own provider, where that of another's own was written. */
export function ofKind(draft: Draft, kind: ProviderKind): Partial<Draft> {
  const address = KINDS.find((one) => one.kind === kind)?.address ?? "";
  const isSomebodysOwn = KINDS.some((one) => one.address !== "" && one.address === draft.address.trim());
  const moves = address !== "" && (draft.address.trim() === "" || isSomebodysOwn);
  return { kind, options: {}, ...(moves && { address }) };
}

/** What is wrong with each field, in words; `taken` are the names that cannot be used any more. */
export function problemsOf(draft: Draft, taken: readonly string[]): Problems {
  const found: Problems = {};
  const put = (field: Field, words: string | null) => {
    if (words !== null) found[field] = words;
  };
  put("name", wrongName(draft.name.trim(), taken));
  put("address", addressOf(draft.address) === null ? "An address begins with https:// or http://, such as https://api.openai.com/v1." : null);
  put("key", wrongKey(draft.key.trim()));
  put("models", wrongModels(draft.models));
  return found;
}

function wrongName(name: string, taken: readonly string[]): string | null {
  if (name === "") return "Give it a name.";
  if (!NAME.test(name)) return "Small letters, digits and dashes only, at most 39, beginning with a letter or a digit.";
  if (name === RESERVED) return "That is what the model of this house is called. Take another name.";
  return taken.includes(name) ? `${name} is set up already. Change that one, or take another name.` : null;
}

function wrongKey(key: string): string | null {
  if (key.length > LONGEST_KEY) return "No key is that long. Copy it again.";
  return KEY.test(key) ? null : "A key has no blanks and no special letters. Copy it again.";
}

function wrongModels(models: readonly string[]): string | null {
  if (models.length === 0) return "Choose at least one model, or write its name.";
  return models.length > MOST_MODELS ? `At most ${String(MOST_MODELS)} models can be kept.` : null;
}

function addressOf(text: string): URL | null {
  try {
    const url = new URL(text.trim());
    const isWeb = url.protocol === "https:" || url.protocol === "http:";
    return isWeb && url.hostname !== "" && url.username === "" && url.password === "" ? url : null;
  } catch {
    return null;
  }
}

/** Where the talk will go, as sentences; "" while there is no address. */
export function whereItWouldGo(draft: Draft): string {
  const url = addressOf(draft.address);
  if (url === null) return "";
  if (THIS_MACHINE.test(url.hostname)) {
    return `What is asked, and what the tools find, will go to ${url.host}. That is the machine that Parlour itself runs on.`;
  }
  const goes = `What is asked, and what the tools find, will go to ${url.host}.`;
  return url.protocol === "https:" ? goes : `${goes} The address begins with http://, so it goes there unencrypted, and so does the key.`;
}

/** The chosen models, with the one whose name is being written. */
export function withNamed(chosen: readonly string[], named: string): readonly string[] {
  const model = named.trim();
  return model === "" || chosen.includes(model) ? chosen : [...chosen, model];
}

/** What to know of a key before it is written. */
export function hintForKey(draft: Draft, known: ProviderView | null): string {
  const safe = "It is kept encrypted on this server and never shown again.";
  const preset = PRESETS.find(({ address }) => address === draft.address.trim());
  if (known !== null && isElsewhere(draft, known)) {
    return `A key never follows to another address: write it anew, or leave this empty if none is asked for. ${safe}`;
  }
  if (known?.has_key === true) return "One is kept, and stays when you leave this empty.";
  if (preset?.wantsKey === false) return `${preset.label} asks for none, so this can stay empty.`;
  return `${safe} Leave it empty for a server that asks for none.`;
}

/** Whether another address was written for a provider that is set up: its key does not go there with it. */
export function isElsewhere(draft: Draft, known: ProviderView): boolean {
  return draft.address.trim().replace(/\/+$/, "") !== known.base_url;
}

/** A new provider, as it is sent. */
export function newProvider(draft: Draft): NewProvider {
  return { name: draft.name.trim(), base_url: draft.address.trim(), api_key: draft.key.trim(), models: [...draft.models], ...spoken(draft) };
}

/** The format and what it takes, as they are sent where they are not the ordinary ones. */
function spoken(draft: Draft): { kind?: ProviderKind; options?: Options } {
  return draft.kind === undefined || draft.kind === PLAIN ? {} : { kind: draft.kind, options: said(draft.options) };
}

/** The options that say something. */
function said(options: Options = {}): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ""));
}

/** Whether another format was chosen, or something else of what it takes. */
function isSpokenElse(draft: Draft, known: ProviderView): boolean {
  const told = said(draft.options);
  const before = known.options ?? {};
  const names = new Set([...Object.keys(told), ...Object.keys(before)]);
  return (draft.kind ?? PLAIN) !== (known.kind ?? PLAIN) || [...names].some((name) => told[name] !== before[name]);
}

/** What was changed of a provider, as it is sent. */
export function changeOf(draft: Draft, known: ProviderView): ProviderChange {
  const key = draft.key.trim();
  const elsewhere = isElsewhere(draft, known);
  const sameModels = draft.models.length === known.models.length && draft.models.every((one) => known.models.includes(one));
  return {
    ...(elsewhere && { base_url: draft.address.trim() }),
    ...((elsewhere || key !== "") && { api_key: key }),
    ...(!sameModels && { models: [...draft.models] }),
    ...(isSpokenElse(draft, known) && { kind: draft.kind ?? PLAIN, options: said(draft.options) }),
  };
}

/** What to try out: as it is written, or with the key that is kept. */
export function trialOf(draft: Draft, known: ProviderView | null): ProviderTrial {
  const key = draft.key.trim();
  const [model] = draft.models;
  const asked = model === undefined ? {} : { model };
  if (known !== null && key === "" && !isElsewhere(draft, known)) {
    return { name: known.name, ...asked, ...(isSpokenElse(draft, known) && { kind: draft.kind ?? PLAIN, options: said(draft.options) }) };
  }
  return { base_url: draft.address.trim(), api_key: key, ...asked, ...spoken(draft) };
}

const FIELDS: Readonly<Record<string, Field>> = {
  provider_unauthorized: "key",
  provider_unavailable: "address",
  provider_timeout: "address",
  provider_malformed: "address",
};

/** The field that a provider's problem is about; null for one that is about none, such as a rate limit. */
export function fieldOf(code: string, trial: ProviderTrial): Field | null {
  if (code === "provider_refused") return trial.model === undefined ? "address" : "models";
  return FIELDS[code] ?? null;
}
