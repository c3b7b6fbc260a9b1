import type { ReactNode } from "react";
import { createContext } from "react";

/** Draws what waits for a person at a call of an answer; `onGone` takes the focus when that is gone. */
export type DrawWaiting = (message: string, call: string, onGone: () => void) => ReactNode;

/** How what waits is drawn; null where it is not. */
export const WaitingContext = createContext<DrawWaiting | null>(null);
