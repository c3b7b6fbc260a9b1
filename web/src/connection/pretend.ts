/** A clock and a line that a test moves by hand. */

import type { Clock } from "./clock";
import type { Keep } from "./outbox";
import type { ServerFrame, Wire } from "./socket";

export class HandClock implements Clock {
  private time = 0;
  private waiting: { at: number; act: () => void }[] = [];
  luck = 0;
  /** What the machine's calendar shows at time 0. */
  epoch = Date.UTC(2026, 10, 20, 9);

  now(): number {
    return this.time;
  }

  date(): number {
    return this.epoch + this.time;
  }

  /** The machine sleeps: its calendar goes on, and nothing else does. */
  sleep(milliseconds: number): void {
    this.epoch += milliseconds;
  }

  chance(): number {
    return this.luck;
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.time + milliseconds, act };
    this.waiting.push(timer);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== timer);
    };
  }

  /** Lets time pass; what falls due on the way happens in its order. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const next = this.waiting.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.waiting = this.waiting.filter((timer) => timer !== next);
      this.time = next.at;
      next.act();
    }
    this.time = end;
  }
}

/** One line; the test is the server at its other end. */
export class HandWire implements Wire {
  onopen: Wire["onopen"] = null;
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  closed: number | null = null;
  readonly sent: Record<string, unknown>[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(code = 1005): void {
    this.closed = code;
  }

  /** The commands of one kind that arrived here. */
  heard(type: string): Record<string, unknown>[] {
    return this.sent.filter((command) => command["type"] === type);
  }

  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  greet(timestamp = "2026-11-20T10:00:00.000Z", user = "u"): void {
    this.onopen?.();
    this.say({
      type: "connection_established",
      connection_id: "c",
      user_id: user,
      protocol_version: "1.0",
      heartbeat_interval: 30,
      timestamp,
    });
  }

  drop(code = 1006): void {
    this.onclose?.({ code });
  }
}

/** A place where lines are made; the last one is the present one. */
export class HandLines {
  readonly made: HandWire[] = [];

  readonly open = (): Wire => {
    const wire = new HandWire();
    this.made.push(wire);
    return wire;
  };

  get last(): HandWire {
    const wire = this.made.at(-1);
    if (wire === undefined) throw new Error("no line was opened yet");
    return wire;
  }
}

/** Keeps nothing. */
export const NOTHING_KEPT: Keep = {
  open: () => [],
  put: () => undefined,
  drop: () => undefined,
  onElsewhere: () => undefined,
  forgetDrafts: () => undefined,
};
