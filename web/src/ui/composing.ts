/** What tells of a key whether it belongs to a word that is being composed, as in Japanese. */
type Key = Pick<KeyboardEvent, "isComposing" | "keyCode">;

/** Whether a key only composes a word, and so means nothing else. */
export function isComposing(event: Key): boolean {
  // Safari ends a composition before the key that ended it; only this old number still tells.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return event.isComposing || event.keyCode === 229;
}
