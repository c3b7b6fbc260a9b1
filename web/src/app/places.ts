/** What an address of this page leads to. */

export type Place =
  | { kind: "chat"; project: string | null; conversation: string | null }
  | { kind: "link"; token: string }
  | { kind: "nowhere" };

const CHAT = /^(?:\/projects\/(?<project>[^/]+))?\/chat(?:\/(?<conversation>[0-9a-f-]{36}))?$/;

/** The place at a path, with what stands behind its question mark. */
export function placeAt(path: string, search = ""): Place {
  if (path === "/") return { kind: "chat", project: null, conversation: null };
  const token = path === "/link" ? new URLSearchParams(search).get("token") : null;
  if (token !== null) return { kind: "link", token };
  const found = CHAT.exec(path.replace(/\/$/, ""))?.groups;
  if (found === undefined) return { kind: "nowhere" };
  return { kind: "chat", project: found["project"] ?? null, conversation: found["conversation"] ?? null };
}
