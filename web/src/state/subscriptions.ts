/**
 * The topics that this page wants to follow, and how the server is asked for them: one at a time each, again in a while
 * where it could not say, and no more where there is nothing for whoever asks.
 */

import type { Clock } from "../connection/clock";
import { pause } from "../connection/socket";
import type { ErrorFrame } from "../protocol";

interface Wanted {
  /** Whether an answer of this line is still to come. */
  isAsked: boolean;
  /** How often in a row the server could not say. */
  failures: number;
  /** Set while it is asked for later: calls that off. */
  callOff: (() => void) | null;
}

/** After these there is nothing to wait for. After anything else the server may be able to say a while later. */
const FINAL: ReadonlySet<string> = new Set(["not_found", "thread_not_found", "forbidden"]);

export class Subscriptions {
  private readonly wanted = new Map<string, Wanted>();
  private refusals: Readonly<Record<string, string>> = {};

  /** `send` asks the server for a topic, and says whether that went out. */
  constructor(
    private readonly clock: Clock,
    private readonly send: (topic: string) => boolean,
  ) {}

  /** The topics the server would not give, with its words. */
  get refused(): Readonly<Record<string, string>> {
    return this.refusals;
  }

  /** The topics that the server could not read when it was last asked; it is asked again. */
  get late(): ReadonlySet<string> {
    return new Set([...this.wanted].flatMap(([topic, { failures }]) => (failures > 0 ? topic : [])));
  }

  has(topic: string): boolean {
    return this.wanted.has(topic);
  }

  /** Somebody wants to follow a topic. */
  begin(topic: string): void {
    if (this.wanted.has(topic)) return;
    this.refusals = lacking(this.refusals, topic);
    this.wanted.set(topic, { isAsked: false, failures: 0, callOff: null });
    this.ask(topic);
  }

  /** Nobody wants it any more; says whether somebody did. */
  end(topic: string): boolean {
    this.wanted.get(topic)?.callOff?.();
    return this.wanted.delete(topic);
  }

  /** Everybody left: nothing is wanted, and nothing is known. */
  clear(): void {
    for (const topic of [...this.wanted.keys()]) this.end(topic);
    this.refusals = {};
  }

  /** Asks for a topic, or for what of it is missing; unless that is on its way, or is asked for later. */
  ask(topic: string): void {
    const wanted = this.wanted.get(topic);
    if (wanted === undefined || wanted.isAsked || wanted.callOff !== null) return;
    wanted.isAsked = this.send(topic);
  }

  /** Asks for a topic whatever was asked of it before. */
  askAnew(topic: string): void {
    const wanted = this.wanted.get(topic);
    if (wanted !== undefined) wanted.isAsked = false;
    this.ask(topic);
  }

  /** A new line stands, on which nothing was asked yet. */
  askAll(): void {
    for (const [topic, wanted] of this.wanted) {
      wanted.callOff?.();
      wanted.callOff = null;
      this.askAnew(topic);
    }
  }

  /** The server gave what was asked for. */
  came(topic: string): void {
    const wanted = this.wanted.get(topic);
    if (wanted === undefined) return;
    wanted.callOff?.();
    this.wanted.set(topic, { isAsked: false, failures: 0, callOff: null });
  }

  /** The server did not give a topic; says whether it never will. */
  failed(topic: string, { error, error_code }: ErrorFrame): boolean {
    const wanted = this.wanted.get(topic);
    if (FINAL.has(error_code)) {
      if (this.end(topic)) this.refusals = { ...this.refusals, [topic]: error };
      return true;
    }
    if (wanted === undefined) return false;
    this.askLater(topic, pause(wanted.failures, this.clock.chance()));
    wanted.failures += 1;
    return false;
  }

  /** Asks for a topic in so many milliseconds, and not before. */
  askLater(topic: string, wait: number): void {
    const wanted = this.wanted.get(topic);
    if (wanted === undefined) return;
    wanted.callOff?.();
    wanted.isAsked = false;
    wanted.callOff = this.clock.after(wait, () => {
      wanted.callOff = null;
      this.ask(topic);
    });
  }
}

/** A record without one of its keys. */
export function lacking<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([other]) => other !== key));
}
