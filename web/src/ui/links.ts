/** Where links may lead, and what has to be said about them. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** Marks that turn the direction of what is read, and so can make one address look like another. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Something that could be taken for an address: words with dots between them. */
const HOST_LIKE = /(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/u;

/** The address if following it can do no harm, else null. */
export function safeAddress(address: string | undefined): string | null {
  if (address === undefined) return null;
  try {
    const url = new URL(address);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The real place to show beside a link whose words could be taken for another one; null where they could not. */
export function placeToShow(address: string, words: string): string | null {
  const url = new URL(address);
  if (url.protocol === "mailto:") return words.includes("@") && words.trim() !== url.pathname ? url.pathname : null;
  return isDisguised(url, words) || readsLikeAnother(url, words) ? url.host : null;
}

function isDisguised(url: URL, words: string): boolean {
  return url.username !== "" || url.password !== "" || url.host.includes("xn--") || TURNS.test(words);
}

function readsLikeAnother(url: URL, words: string): boolean {
  const read = HOST_LIKE.exec(words.replace(/^\s*[a-z]+:\/\//i, ""))?.[0];
  return read !== undefined && bare(read) !== bare(url.hostname);
}

/** Where an address leads, without the way there. */
export function placeOf(address: string): string {
  const url = new URL(address);
  return url.host === "" ? url.pathname : url.host;
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^www\./, "");
}
