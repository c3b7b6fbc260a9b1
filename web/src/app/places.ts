/** What an address of this page leads to. */

export type Place =
  | { kind: "chat"; project: string | null; conversation: string | null }
  | { kind: "inbox" }
  | { kind: "settings"; section: string }
  | { kind: "nowhere" }
  | Door;

/** Where somebody comes in. */
export type Door = { kind: "link"; token: string } | { kind: "invitation"; secret: string };

/** A place inside of the house. */
export type Inside = Exclude<Place, Door>;

const CHAT = /^(?:\/projects\/(?<project>[^/]+))?\/chat(?:\/(?<conversation>[0-9a-f-]{36}))?$/;
const SETTINGS = /^\/settings(?:\/(?<section>[^/]*))?$/;

/** The place at a path, with what stands behind its question mark and its #. */
export function placeAt(path: string, search = "", hash = ""): Place {
  const bare = path.replace(/(?<=.)\/$/, "");
  return doorAt(bare, search, hash) ?? chatAt(bare) ?? settingsAt(bare) ?? (bare === "/inbox" ? { kind: "inbox" } : { kind: "nowhere" });
}

function doorAt(path: string, search: string, hash: string): Door | null {
  const token = path === "/link" ? new URLSearchParams(search).get("token") : null;
  if (token !== null) return { kind: "link", token };
  return path === "/invitation" && hash.length > 1 ? { kind: "invitation", secret: hash.slice(1) } : null;
}

function chatAt(path: string): Place | null {
  if (path === "/") return { kind: "chat", project: null, conversation: null };
  const found = CHAT.exec(path)?.groups;
  return found ? { kind: "chat", project: found["project"] ?? null, conversation: found["conversation"] ?? null } : null;
}

function settingsAt(path: string): Place | null {
  const found = SETTINGS.exec(path);
  return found && { kind: "settings", section: found.groups?.["section"] ?? "" };
}

/** Whether it is a place where somebody comes in, whoever they are. */
export function isDoor(place: Place): place is Door {
  return place.kind === "link" || place.kind === "invitation";
}
