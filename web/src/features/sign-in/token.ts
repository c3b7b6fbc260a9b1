/** The token of a sign-in link that somebody pasted, or null where there is none in it. */
export function tokenIn(pasted: string): string | null {
  const words = pasted.trim();
  const token = /[?&]token=([^&#\s]+)/.exec(words)?.[1];
  if (token !== undefined) return decoded(token);
  return /^[\w-]{16,}$/.test(words) ? words : null;
}

function decoded(token: string): string | null {
  try {
    return decodeURIComponent(token);
  } catch {
    return null;
  }
}
