/** What an address of this page leads to. */

export type Place =
  | { kind: "chat"; project: string | null; conversation: string | null }
  | { kind: "settings"; section: string }
  | { kind: "link"; token: string }
  | { kind: "nowhere" };

const CHAT = /^(?:\/projects\/(?<project>[^/]+))?\/chat(?:\/(?<conversation>[0-9a-f-]{36}))?$/;
const SETTINGS = /^\/settings(?:\/(?<section>[^/]*))?$/;

/** The place at a path, with what stands behind its question mark. */
export function placeAt(path: string, search = ""): Place {
  if (path === "/") return { kind: "chat", project: null, conversation: null };
  const token = path === "/link" ? new URLSearchParams(search).get("token") : null;
  if (token !== null) return { kind: "link", token };
  const bare = path.replace(/\/$/, "");
  return chatAt(bare) ?? settingsAt(bare) ?? { kind: "nowhere" };
}

function chatAt(path: string): Place | null {
  const found = CHAT.exec(path)?.groups;
  return found ? { kind: "chat", project: found["project"] ?? null, conversation: found["conversation"] ?? null } : null;
}

function settingsAt(path: string): Place | null {
  const found = SETTINGS.exec(path);
  return found && { kind: "settings", section: found.groups?.["section"] ?? "" };
}
