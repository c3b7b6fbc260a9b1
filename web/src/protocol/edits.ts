// Written by `python -m gen` from src/parlour/protocol/edits.py. Do not edit.
/** The bodies of changing and taking back what was said. */

import type { Id } from "./commands";
import type { Words } from "./content";
import type { MessageView } from "./rest";

/** What a message is to say from now on. */
export interface OtherWords {
  content: Words;
  /** Chosen by the client: however often it is sent, it counts once. */
  command_id?: Id | null;
}

/** What a message said before a change. */
export interface EarlierWordsView {
  /** 0 for the first words, 1 for those after the first change. */
  edit: number;
  content: string;
  replaced_at: string;
}

/** What a message said before each change, the first words first. */
export interface EditList {
  edits: EarlierWordsView[];
}

/** A message that was changed, with what it said before. */
export interface EditedMessage extends MessageView {
  edit_history: EarlierWordsView[];
}
