/** Says that the server could not read something, and that nobody has to do anything about it. */
export function late(what: string): string {
  return `The server could not read ${what} just now; it is fetched again by itself.`;
}
