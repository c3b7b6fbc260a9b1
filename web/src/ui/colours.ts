/** Which words of a program are what. Loaded only where there is code to be shown. */

import { common, createLowlight } from "lowlight";

const known = createLowlight(common);

/** Some text, and what it is: the name of a look of ours, or null for what has none. */
export interface Piece {
  look: Look | null;
  text: string;
}

export type Look = "word" | "string" | "number" | "note" | "name" | "added" | "removed";

const LOOKS: Record<string, Look> = {
  keyword: "word",
  built_in: "word",
  literal: "word",
  "selector-tag": "word",
  tag: "word",
  section: "word",
  string: "string",
  regexp: "string",
  symbol: "string",
  number: "number",
  comment: "note",
  quote: "note",
  doctag: "note",
  meta: "note",
  title: "name",
  name: "name",
  attr: "name",
  attribute: "name",
  property: "name",
  type: "name",
  variable: "name",
  addition: "added",
  deletion: "removed",
};

/** What we use of the tree that is found. */
interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: Node[];
}

/** The pieces of `code`, in order and complete; one piece for a language that nobody here knows. */
export function piecesOf(code: string, language: string): Piece[] {
  if (!known.registered(language)) return [{ look: null, text: code }];
  return flattened(known.highlight(language, code), null);
}

function flattened(node: Node, look: Look | null): Piece[] {
  if (node.type === "text") return [{ look, text: node.value ?? "" }];
  const own = lookOf(node) ?? look;
  return (node.children ?? []).flatMap((child) => flattened(child, own));
}

function lookOf(node: Node): Look | null {
  const [first] = Array.isArray(node.properties?.className) ? (node.properties.className as unknown[]) : [];
  return typeof first === "string" ? (LOOKS[first.replace(/^hljs-/, "").replace(/_$/, "")] ?? null) : null;
}
