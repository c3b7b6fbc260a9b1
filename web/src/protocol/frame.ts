// Written by `python -m gen` from src/parlour/protocol/frame.py. Do not edit.
/** A durable event on its way: what happened, on which topic, and as which number. */

import type { DurableEvent } from "./events";

/** What every durable frame carries beside its event's own fields. */
export interface Envelope {
  topic: string;
  /** The seq of the first event in this frame; equals `seq` unless chunks were merged for a slow reader. */
  from_seq: number;
  seq: number;
  timestamp: string;
}

/** An event as it comes over the wire: its own fields beside the envelope. */
export type DurableFrame = DurableEvent & Envelope;
