/** A JSON schema as lines of a form, and what was written there as values again: a tool's arguments, settings. */

import type { Json, JsonValue } from "../protocol";
import { numberFrom } from "./numbers";
import { words } from "./rows";

export type Kind = "text" | "number" | "whole" | "choice" | "list" | "json";

/** One value that can be written. */
export interface Line {
  name: string;
  label: string;
  hint: string;
  kind: Kind;
  /** What can be chosen, of a choice. */
  options: readonly JsonValue[];
  /** Whether it must be given. */
  isRequired: boolean;
  /** Whether it may be null. */
  mayBeNull: boolean;
  /** Whether a text that must be given must hold something, too. */
  mustHold: boolean;
  /** Whether it is to be seen by nobody. */
  isSecret: boolean;
  /** Whether it is a text of several lines: in a field of one line the browser would join them. */
  hasLines: boolean;
}

/** What stands in each line. */
export type Written = Readonly<Record<string, string>>;

/** The lines for a tool with these parameters; those it does not name, but is called with, come behind. */
export function linesFor(parameters: Json | null, called: Json): Line[] {
  const properties = objectIn(parameters?.["properties"]);
  const required = new Set(listIn(parameters?.["required"]));
  const unnamed = Object.keys(called).filter((name) => properties[name] === undefined);
  return [
    ...Object.entries(properties).map(([name, schema]) => lineFor(name, objectIn(schema), required.has(name), parameters ?? {})),
    ...unnamed.map((name) => lineFor(name, guessed(called[name] ?? null), true, {})),
  ].map((line) => ({ ...line, hasLines: hasLines(called[line.name]) }));
}

function hasLines(value: JsonValue | undefined): boolean {
  return typeof value === "string" && /[\r\n]/.test(value);
}

function lineFor(name: string, schema: Json, isRequired: boolean, whole: Json): Omit<Line, "hasLines"> {
  const variants = (Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [schema]).map((one) => resolved(objectIn(one), whole));
  const meant = variants.filter((one) => one["type"] !== "null");
  const [only = {}] = meant;
  const said = schema["description"] ?? only["description"];
  // Who has a word for "not said" already needs no empty choice beside yes and no.
  const isDecided = only["type"] === "boolean" && schema["default"] !== undefined;
  return {
    name,
    label: sentenceCase(words(name)),
    hint: typeof said === "string" ? said : "",
    ...kindOf(meant.length === 1 ? only : {}),
    isRequired: isRequired || isDecided,
    mayBeNull: meant.length < variants.length,
    mustHold: Number(only["minLength"] ?? 0) > 0,
    isSecret: isSecret(only) || isSecret(objectIn(only["additionalProperties"])),
  };
}

const KINDS: Readonly<Record<string, Kind>> = { integer: "whole", number: "number", string: "text" };

function kindOf(schema: Json): Pick<Line, "kind" | "options"> {
  const { type, enum: options } = schema;
  if (Array.isArray(options)) return { kind: "choice", options };
  if (type === "boolean") return { kind: "choice", options: [true, false] };
  if (type === "array" && objectIn(schema["items"])["type"] === "string") return { kind: "list", options: [] };
  return { kind: (typeof type === "string" ? KINDS[type] : undefined) ?? "json", options: [] };
}

function isSecret(schema: Json): boolean {
  return schema["writeOnly"] === true || schema["format"] === "password";
}

function resolved(schema: Json, whole: Json): Json {
  const to = schema["$ref"];
  if (typeof to !== "string") return schema;
  const name = to.replace(/^#\/\$defs\//, "");
  return objectIn(objectIn(whole["$defs"])[name]);
}

function guessed(value: JsonValue): Json {
  if (typeof value === "boolean" || typeof value === "string" || typeof value === "number") return { type: typeof value };
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? { type: "array", items: { type: "string" } } : {};
}

/** A value as it stands in its line. */
export function writtenOf(line: Line, value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (line.kind === "list" && Array.isArray(value)) return value.map(String).join("\n");
  if (line.kind === "json" || line.kind === "choice") return JSON.stringify(value, null, line.kind === "json" ? 2 : 0);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What stands in the lines at first; of several that one must choose from, the first. */
export function firstWritten(lines: readonly Line[], values: Json): Written {
  return Object.fromEntries(lines.map((line) => [line.name, writtenOf(line, values[line.name] ?? (line.isRequired ? line.options[0] : undefined))]));
}

/** What a schema says of values that are not given. */
export function defaultsOf(schema: Json): Json {
  const properties = Object.entries(objectIn(schema["properties"]));
  return Object.fromEntries(properties.flatMap(([name, one]) => (objectIn(one)["default"] === undefined ? [] : [[name, objectIn(one)["default"] ?? null]])));
}

/** What is wrong with what was written, line by line. */
export type Wrong = Record<string, string>;

/** What was written as arguments, or what is wrong with it. */
export function argumentsFrom(lines: readonly Line[], written: Written): { arguments: Json; wrong: Wrong } {
  const found: Json = {};
  const wrong: Wrong = {};
  for (const line of lines) {
    const text = written[line.name] ?? "";
    const value = isEmpty(line, text) ? (line.mayBeNull ? null : undefined) : valueOf(line, text);
    if (value !== undefined && (value !== null || line.isRequired)) found[line.name] = value;
    else if (!isEmpty(line, text)) wrong[line.name] = NOT_SO[line.kind];
    else if (line.isRequired) wrong[line.name] = "This is needed.";
  }
  return { arguments: found, wrong };
}

/** Whether nothing is given. An empty list is something, and so is an empty text where a text must be given. */
function isEmpty({ kind, isRequired, mayBeNull, mustHold }: Line, text: string): boolean {
  if (kind === "list" || text.trim() !== "") return false;
  return kind !== "text" || !isRequired || mayBeNull || mustHold;
}

const NOT_SO: Record<Kind, string> = {
  text: "",
  number: "Write a number, such as 21.5.",
  whole: "Write a whole number, such as 70.",
  choice: "Choose one of these.",
  list: "",
  json: "This is not JSON.",
};

function valueOf({ kind }: Line, text: string): JsonValue | undefined {
  if (kind === "text") return text;
  if (kind === "list") return text.split("\n").map((one) => one.trim()).filter((one) => one !== "");
  if (kind === "json" || kind === "choice") return parsed(text);
  const number = numberFrom(text);
  return Number.isFinite(number) && (kind === "number" || Number.isInteger(number)) ? number : undefined;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function objectIn(value: JsonValue | undefined): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function listIn(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

const SHORT = /\b(api|ca|id|mcp|tls|url)\b/g;

function sentenceCase(text: string): string {
  const spelled = text.replaceAll(SHORT, (short) => short.toUpperCase());
  return spelled.slice(0, 1).toUpperCase() + spelled.slice(1);
}
