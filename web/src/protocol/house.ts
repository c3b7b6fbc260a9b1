// Written by `python -m gen` from src/parlour/protocol/house.py. Do not edit.
/** The body of `/system`: what is connected here, and how it is. */

/** Something that belongs to this house. */
export interface ConnectedPart {
  kind: "home" | "database";
  /** What people call it: "Maple House", "SQLite". */
  name: string;
  state: "connected" | "empty";
  /** What is there, as a sentence. */
  words: string;
}

/** What is connected here. Where things are kept is told to admins only. */
export interface SystemView {
  version: string;
  parts: ConnectedPart[];
  /** The names of those who can change what is connected. */
  admins: string[];
}
