/** What a tool wants to know, as fields of a form, and what was filled in there as answers again. */

import type { Json, JsonValue } from "../../protocol";
import { numberFrom } from "../../ui/numbers";

interface Common {
  name: string;
  title: string;
  description: string;
  isRequired: boolean;
}

interface Text extends Common {
  kind: "text";
  least: number;
  most: number;
  format: string;
}

interface Numeric extends Common {
  kind: "number";
  isWhole: boolean;
  least: number | null;
  most: number | null;
}

interface YesNo extends Common {
  kind: "yes";
}

interface Choosing<K> extends Common {
  kind: K;
  /** What is answered, and how it is called. */
  among: readonly (readonly [string, string])[];
  least: number;
  most: number;
}

export type One = Choosing<"one">;
export type Some = Choosing<"some">;
export type FormField = Text | Numeric | YesNo | One | Some;

/** What stands in each field: words, and what is chosen. */
export type Filled = ReadonlyMap<string, string | boolean | readonly string[]>;

/** The form of an approval: who wants to know, in which words, and what. */
export interface Form {
  asker: string;
  message: string;
  fields: readonly FormField[];
}

/** What an approval asks, in its order. */
export function formOf(form: Json): Form {
  const schema = objectIn(form["schema"]);
  const required = new Set(listIn(schema["required"]));
  const fields = Object.entries(objectIn(schema["properties"])).map(([name, one]) => fieldOf(name, objectIn(one), required.has(name)));
  return { asker: textIn(form["asker"]), message: textIn(form["message"]), fields };
}

function fieldOf(name: string, schema: Json, isRequired: boolean): FormField {
  const common = { name, title: textIn(schema["title"]) || name, description: textIn(schema["description"]), isRequired };
  const type = schema["type"];
  if (type === "boolean") return { ...common, kind: "yes" };
  if (type === "integer" || type === "number") {
    return { ...common, kind: "number", isWhole: type === "integer", least: numberIn(schema["minimum"]), most: numberIn(schema["maximum"]) };
  }
  if (type === "array") {
    const among = amongOf(objectIn(schema["items"])["anyOf"]);
    return { ...common, kind: "some", among, least: numberIn(schema["minItems"]) ?? 0, most: numberIn(schema["maxItems"]) ?? among.length };
  }
  if (schema["oneOf"] !== undefined) return { ...common, kind: "one", among: amongOf(schema["oneOf"]), least: 0, most: 1 };
  return { ...common, ...textOf(schema) };
}

function textOf(schema: Json): Pick<Text, "kind" | "least" | "most" | "format"> {
  const [least, most] = [numberIn(schema["minLength"]) ?? 0, numberIn(schema["maxLength"]) ?? Infinity];
  return { kind: "text", least, most, format: textIn(schema["format"]) };
}

function amongOf(choices: JsonValue | undefined): [string, string][] {
  return listIn(choices).map((one) => [textIn(objectIn(one)["const"]), textIn(objectIn(one)["title"])]);
}

/** What stands in the fields at first: what the form says itself, and nothing else. */
export function firstFilled(form: Json): Filled {
  const properties = objectIn(objectIn(form["schema"])["properties"]);
  return new Map(
    Object.entries(properties).flatMap(([name, one]): [string, string | boolean | readonly string[]][] => {
      const given = objectIn(one)["default"];
      if (typeof given === "string" && objectIn(one)["format"] === "date-time") return [[name, onTheClock(given)]];
      if (typeof given === "boolean" || typeof given === "string") return [[name, given]];
      if (typeof given === "number") return [[name, String(given)]];
      return Array.isArray(given) ? [[name, given.map(String)]] : [];
    }),
  );
}

/** A moment as the browser's own field takes it: on the clock of whoever fills it in. */
function onTheClock(moment: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The answers; or what is wrong with what was filled in, by the name of its field. */
export function answersFrom(fields: readonly FormField[], filled: Filled): { answers: Json; wrong: ReadonlyMap<string, string> } {
  const given: [string, JsonValue][] = [];
  const wrong = new Map<string, string>();
  for (const field of fields) {
    const found = valueOf(field, filled.get(field.name));
    if (found.wrong !== undefined) wrong.set(field.name, found.wrong);
    else if (found.value !== undefined) given.push([field.name, found.value]);
  }
  return { answers: Object.fromEntries(given), wrong };
}

type Found = { value?: JsonValue | undefined; wrong?: string };

function valueOf(field: FormField, filled: string | boolean | readonly string[] | undefined): Found {
  if (field.kind === "yes") return { value: filled === true };
  if (field.kind === "some") return chosen(field, Array.isArray(filled) ? filled : []);
  const text = typeof filled === "string" ? filled : "";
  if (text.trim() === "") return field.isRequired ? { wrong: "This is needed." } : {};
  if (field.kind === "number") return counted(field, text);
  return field.kind === "text" ? written(field, text) : { value: text };
}

function chosen({ least, most, isRequired }: Some, some: readonly string[]): Found {
  if (some.length === 0 && !isRequired) return {};
  if (some.length < Math.max(least, isRequired ? 1 : 0)) return { wrong: `Choose at least ${Math.max(least, 1)}.` };
  return some.length > most ? { wrong: `Choose at most ${most}.` } : { value: [...some] };
}

function counted({ isWhole, least, most }: Numeric, text: string): Found {
  const value = numberFrom(text);
  if (!Number.isFinite(value)) return { wrong: isWhole ? "Write a whole number, such as 70." : "Write a number, such as 21.5." };
  if (isWhole && !Number.isInteger(value)) return { wrong: "Write a whole number, such as 70." };
  if (least !== null && value < least) return { wrong: `It is at least ${least}.` };
  return most !== null && value > most ? { wrong: `It is at most ${most}.` } : { value };
}

function written({ least, most, format }: Text, text: string): Found {
  const length = Array.from(text).length;
  if (length < least) return { wrong: `Write at least ${least} characters.` };
  if (length > most) return { wrong: `Write at most ${most} characters.` };
  if (format === "email" && !/^[^@\s]+@[^@\s]+$/.test(text)) return { wrong: "Write an e-mail address." };
  if (format === "uri" && !/^[a-z][a-z0-9+.-]*:\S+$/i.test(text)) return { wrong: "Write an address, such as https://example.org." };
  if (format !== "date-time") return { value: text };
  // What the browser's own field gives has no zone: it is the clock of whoever fills it in.
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? { wrong: "Write a day and a time." } : { value: at.toISOString() };
}

function objectIn(value: JsonValue | undefined): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function listIn(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function textIn(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function numberIn(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
