/**
 * One socket that is always there or on its way: it connects, notices when it went silent, and comes back with
 * growing pauses for as long as the page is open.
 */

import type { ClientCommand, DurableFrame, MomentFrame } from "../protocol";
import type { Clock } from "./clock";

/** What we use of the browser's WebSocket. */
export interface Wire {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

/**
 * connecting: for the first time, or after it had ended; open; waiting: lost, and coming back by itself; refused: the sign-in does not
 * hold; ended: the server said goodbye for good.
 */
export type Status = "connecting" | "open" | "waiting" | "refused" | "ended";

export type ServerFrame = DurableFrame | MomentFrame;

export interface Listener {
  /** The server greeted us: everything may be sent now. */
  opened(): void;
  frame(frame: ServerFrame): void;
  /** How it stands; while it waits, `nextTry` is when by the clock it will try again, null when it is trying. */
  status(status: Status, nextTry: number | null): void;
}

const HEARTBEAT = 30_000;
const SILENCE = 10_000;
const SILENCE_AFTER_WAKING = 4_000;
/** Browsers let a page in the background act once a minute; a longer silence was a sleep. */
const SLEEP = 90_000;
const LONGEST_PAUSE = 30_000;
const ENDED = 1000;
const REFUSED = 1008;

/** The pause before try number `attempt` (0, 1, 2 …), in milliseconds: 1 s, 2 s, 4 s … 30 s, less up to half. */
export function pause(attempt: number, chance: number): number {
  return Math.min(LONGEST_PAUSE, 1000 * 2 ** Math.min(attempt, 10)) * (1 - chance / 2);
}

export class Socket {
  private wire: Wire | null = null;
  private greeted = false;
  private attempt = 0;
  private current: Status = "connecting";
  private nextTry: number | null = null;
  private awaitsWord = false;
  /** When by the time of day something was last heard or begun: that goes on while the machine sleeps. */
  private wordAt = 0;
  private callOffs: Record<"beat" | "silence" | "retry", () => void> = { beat: nothing, silence: nothing, retry: nothing };

  constructor(
    private readonly open: () => Wire,
    private readonly clock: Clock,
    private readonly listener: Listener,
  ) {}

  /** Connects, unless it is connected or connecting. */
  connect(): void {
    if (this.wire !== null) return;
    this.callOffs.retry();
    this.become(this.current === "waiting" ? "waiting" : "connecting");
    const wire = this.open();
    this.wire = wire;
    this.wordAt = this.clock.date();
    wire.onopen = () => this.expectWord(wire, SILENCE);
    wire.onmessage = (event) => this.heard(wire, event.data);
    wire.onclose = (event) => this.lost(wire, event.code);
    this.expectWord(wire, SILENCE);
  }

  /**
   * The network is back, or the page is seen again: try now, or ask whether the line still holds. One that slept is
   * not asked; the server gave it up long ago.
   */
  wake(): void {
    if (this.current === "refused" || this.current === "ended") return;
    this.attempt = 0;
    const { wire } = this;
    if (wire !== null && this.clock.date() - this.wordAt > SLEEP) this.leave(wire);
    if (this.wire === null) this.connect();
    else if (this.greeted && !this.awaitsWord) this.beat(this.wire, SILENCE_AFTER_WAKING);
  }

  /** A person asks to try again, whatever happened before. */
  retry(): void {
    this.attempt = 0;
    this.connect();
  }

  /** Somebody came in: a line that stands belongs to whoever was here before, and is left. */
  anew(): void {
    if (this.wire !== null) this.close();
    this.retry();
  }

  /** Ends the connection for good. */
  close(): void {
    const wire = this.wire;
    this.let(wire);
    wire?.close(ENDED);
    this.become("ended");
  }

  /** Sends a command if the line stands; says whether it did. */
  send(command: ClientCommand): boolean {
    if (this.wire === null || !this.greeted) return false;
    this.wire.send(JSON.stringify(command));
    return true;
  }

  private heard(wire: Wire, data: unknown): void {
    if (wire !== this.wire || typeof data !== "string") return;
    this.callOffs.silence();
    this.awaitsWord = false;
    this.wordAt = this.clock.date();
    const frame = JSON.parse(data) as ServerFrame;
    if (frame.type === "connection_established") {
      this.greeted = true;
      this.attempt = 0;
      this.become("open");
    }
    this.listener.frame(frame);
    // Whom the greeting names may be nobody who is here: then the line is gone again.
    if (frame.type !== "connection_established" || wire !== this.wire) return;
    this.listener.opened();
    this.beatLater(wire);
  }

  private beat(wire: Wire, patience: number): void {
    wire.send(JSON.stringify({ type: "heartbeat" }));
    this.expectWord(wire, patience);
    this.beatLater(wire);
  }

  private beatLater(wire: Wire): void {
    this.callOffs.beat();
    this.callOffs.beat = this.clock.after(HEARTBEAT, () => this.beat(wire, SILENCE));
  }

  /** A line on which nothing comes back is dead, whatever the browser thinks of it. */
  private expectWord(wire: Wire, patience: number): void {
    this.awaitsWord = true;
    this.callOffs.silence();
    this.callOffs.silence = this.clock.after(patience, () => {
      this.lost(wire, 0);
      wire.close();
    });
  }

  private leave(wire: Wire): void {
    this.let(wire);
    wire.close();
    this.become("waiting");
  }

  private lost(wire: Wire, code: number): void {
    if (wire !== this.wire) return;
    this.let(wire);
    if (code === REFUSED) this.become("refused");
    else if (code === ENDED) this.become("ended");
    else {
      const wait = pause(this.attempt, this.clock.chance());
      this.callOffs.retry = this.clock.after(wait, () => this.connect());
      this.attempt += 1;
      this.become("waiting", this.clock.now() + wait);
    }
  }

  private let(wire: Wire | null): void {
    for (const callOff of Object.values(this.callOffs)) callOff();
    if (wire !== null) wire.onopen = wire.onmessage = wire.onclose = null;
    this.wire = null;
    this.greeted = false;
    this.awaitsWord = false;
  }

  private become(status: Status, nextTry: number | null = null): void {
    if (status === this.current && nextTry === this.nextTry) return;
    this.current = status;
    this.nextTry = nextTry;
    this.listener.status(status, nextTry);
  }
}

function nothing(): void {
  return;
}
