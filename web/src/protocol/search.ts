// Written by `python -m gen` from src/parlour/protocol/search.py. Do not edit.
/** The bodies of `/chat/search`: what was found in one's conversations, and where. */

/** A stretch of an excerpt that was looked for, in UTF-16 code units: from `start` up to `end`. */
export interface Mark {
  start: number;
  end: number;
}

/** A conversation in which something was found, and the newest place in it. */
export interface SearchHit {
  conversation_id: string;
  project_id: string;
  title: string;
  /** Where the title holds what was looked for. */
  title_marks: Mark[];
  is_archived: boolean;
  last_activity_at: string;
  /** The newest message that holds it; None when only the title does. */
  message_id: string | null;
  role: "user" | "assistant" | null;
  /** Some words of that message around what was found, on one line. */
  excerpt: string;
  marks: Mark[];
  /** When that message was written. */
  created_at: string | null;
}

/** A page of what was found, the conversation of the latest activity first. */
export interface SearchResults {
  hits: SearchHit[];
  has_more: boolean;
}
