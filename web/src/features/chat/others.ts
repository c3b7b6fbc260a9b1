import type { ReactNode } from "react";
import { createContext } from "react";

/** Draws who else could answer; `ask` has somebody answer it this once. */
export type DrawOthers = (ask: (model: string) => void) => ReactNode;

/** How they are drawn; null where nobody else is offered. */
export const OthersContext = createContext<DrawOthers | null>(null);
