/**
 * For tests: what is waited for may take as long as it takes on a machine with other things to do, and a click or a key
 * has ended when React has drawn what came of it.
 */

import { configure, getConfig } from "@testing-library/react";

export const PATIENCE_MS = 30_000;
/** How often drawing may lead to another drawing: an answer that is there at once, what it shows, what that asks for. */
const DRAWINGS = 10;

const soon = globalThis.setImmediate;
const library = getConfig();

/** Until React, whose scheduler takes its turns by `setImmediate` here, has had its turns: one after another, not by time. */
async function drawn(): Promise<void> {
  for (let drawing = 0; drawing < DRAWINGS; drawing += 1) await new Promise((then) => soon(then));
}

configure({
  asyncUtilTimeout: PATIENCE_MS,
  asyncWrapper: (act) =>
    library.asyncWrapper(async () => {
      const result: unknown = await act();
      await drawn();
      return result;
    }),
});
