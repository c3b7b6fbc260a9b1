/** Where somebody was in each conversation, for the way back. Kept as long as the page is open. */

export interface Place {
  /** The first message in sight. */
  message: string;
  /** How many pixels of its line are above the window. */
  offset: number;
}

const places = new Map<string, Place>();

/** Where somebody was when they left; null for the end. */
export function placeIn(conversation: string): Place | null {
  return places.get(conversation) ?? null;
}

/** Keeps where somebody is; null is the end. */
export function leaveAt(conversation: string, place: Place | null): void {
  if (place === null) places.delete(conversation);
  else places.set(conversation, place);
}
