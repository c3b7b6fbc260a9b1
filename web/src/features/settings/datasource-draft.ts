/** A datasource's settings as lines to write in, by the schema of its kind, and what was written as settings again. */

import type { Json, JsonValue } from "../../protocol";
import type { DatasourceKind, DatasourceView } from "../../protocol/datasources";
import type { Line, Written, Wrong } from "../../ui/schema";
import { argumentsFrom, defaultsOf, linesFor } from "../../ui/schema";

const KEPT = "What is kept stays when you leave this empty.";
const SIGN_IN = "sign_in";
const SEALED = "It is kept encrypted and never shown again.";

/** The lines of a kind's settings; a secret that is kept need not be written again. */
export function linesOf(kind: DatasourceKind | undefined, known: DatasourceView | null): Line[] {
  if (kind === undefined) return [];
  return linesFor(kind.settings, {}).filter(({ name }) => !isKeptBySignIn(kind, name)).map((line) => {
    if (!line.isSecret) return line;
    const isKept = known?.secrets?.includes(line.name) ?? false;
    const hint = [line.hint, isKept ? KEPT : SEALED].filter(Boolean).join(" ");
    return { ...line, hint, isRequired: line.isRequired && !isKept };
  });
}

/** A setting that signing in keeps, and nobody writes. */
function isKeptBySignIn(kind: DatasourceKind, name: string): boolean {
  const properties = kind.settings["properties"];
  const schema = isObject(properties) ? properties[name] : undefined;
  return isObject(schema) && schema["x-kept"] === true;
}

function isObject(value: JsonValue | undefined): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What the lines show at first: what is kept, else what goes without saying. Never a secret. */
export function shownOf(kind: DatasourceKind | undefined, known: DatasourceView | null): Json {
  const shown = Object.entries({ ...defaultsOf(kind?.settings ?? {}), ...known?.settings });
  // Nobody means a nought, or nothing, that stands there already.
  return Object.fromEntries(shown.filter(([, value]) => value !== 0 && !isBare(value)));
}

function isBare(value: JsonValue): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** What was written as settings; of a datasource that is kept, null takes away what it had. Secrets stay when empty. */
export function settingsFrom(lines: readonly Line[], written: Written, known: DatasourceView | null): { settings: Json; wrong: Wrong } {
  const { arguments: given, wrong } = argumentsFrom(lines, written);
  const settings = lines.flatMap((line): [string, JsonValue][] => {
    const isLeftEmpty = (written[line.name] ?? "").trim() === "";
    const value = isLeftEmpty && !line.isRequired ? undefined : given[line.name];
    if (value !== undefined) return [[line.name, value]];
    return known === null || line.isSecret || line.name in wrong ? [] : [[line.name, null]];
  });
  // Who was signed in at one address is not at another.
  const isElsewhere = known !== null && (known.secrets?.includes(SIGN_IN) ?? false) && known.settings?.["url"] !== given["url"];
  if (isElsewhere) settings.push([SIGN_IN, null]);
  return { settings: Object.fromEntries(settings), wrong };
}
