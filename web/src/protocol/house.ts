// Written by `python -m gen` from src/parlour/protocol/house.py. Do not edit.
/** The body of `/system`: what is connected here, and how it is. */

/** Something that belongs to this house. */
export interface ConnectedPart {
  kind: "home" | "database" | "connection";
  /** What people call it: "Maple House", "SQLite". */
  name: string;
  /** Empty: a home with nothing in it. Away: it does not answer, or does not let this house in. */
  state: "connected" | "empty" | "away" | "off";
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
