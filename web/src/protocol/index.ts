// Written by `python -m gen` from src/parlour/protocol. Do not edit.

export * from "./content";
export * from "./state";
export * from "./events";
export * from "./commands";
export * from "./frame";
export * from "./text";
