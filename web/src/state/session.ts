/**
 * What this page and the server have to say to each other: topics followed from cursor to cursor, messages that go
 * out once, and commands that wait for their word. Whatever breaks, it heals here.
 */

import type { ClientCommand, DurableFrame, ErrorFrame, HeartbeatAck, Parameters, SendMessage, Snapshot } from "../protocol";
import { MOMENT_TYPES } from "../protocol";
import type { Clock } from "../connection/clock";
import { newId } from "../connection/clock";
import type { Entry, Keep } from "../connection/outbox";
import { Outbox, keyOf } from "../connection/outbox";
import type { Listener, ServerFrame, Status, Wire } from "../connection/socket";
import { Socket } from "../connection/socket";
import { assertNever } from "./changes";
import type { Followed } from "./followed";
import { follow } from "./followed";
import type { Hold } from "./hold";
import { holdOf } from "./hold";
import type { Put } from "./pages";
import { Subscriptions, lacking } from "./subscriptions";

/** What the page sees of it. */
export interface View {
  status: Status;
  /** When by the clock a lost line is tried again; null while it stands or is being tried. */
  nextTry: number | null;
  topics: Readonly<Record<string, Followed>>;
  /** Topics the server would not give, with its words. */
  refused: Readonly<Record<string, string>>;
  /** Topics it could not read when it was last asked, and is asked for again. */
  late: ReadonlySet<string>;
  entries: readonly Entry[];
  /** How many milliseconds the server's clock is ahead of this browser's. */
  ahead: number;
  /** Set while what is written waits because too much was sent at once. */
  hold: Hold | null;
}

/** What a person writes. */
export interface Draft {
  content: string;
  conversation_id: string | null;
  /** Where a conversation begins that has no id yet; null for the project everybody shares. */
  project_id?: string | null;
  /** The first message of a conversation that has no id yet. */
  behind?: string | null;
  model?: string | null;
  parameters?: Parameters | null;
}

/** A command was refused; the message is the server's own sentence. */
export class Refused extends Error {
  constructor(
    message: string,
    /** What it is about, for programs. */
    readonly code = "",
  ) {
    super(message);
  }
}

interface Asked {
  command: ClientCommand;
  done: () => void;
  fail: (error: Refused) => void;
}

type Durable<F> = F extends DurableFrame ? F : never;

const FRAME = 16;
const PATIENCE = 5_000;
const KEPT_TOPICS = 12;
/** What the id of asking for a topic begins with; the topic is the rest. */
const SUBSCRIBE = "subscribe ";
const MOMENTS: ReadonlySet<string> = new Set(MOMENT_TYPES);

export class Session implements Listener {
  private readonly socket: Socket;
  private readonly outbox: Outbox;
  private current: Status = "connecting";
  private nextTry: number | null = null;
  private topics: Record<string, Followed> = {};
  private readonly subscriptions: Subscriptions;
  private readonly asked = new Map<string, Asked>();
  private readonly recorders = new Map<string, Set<DurableFrame[]>>();
  private publishing = false;
  private ahead = 0;
  private hold: Hold | null = null;

  constructor(
    open: () => Wire,
    private readonly clock: Clock,
    keep: Keep,
    private readonly onView: (view: View) => void,
    private readonly onError: (words: string) => void,
    private readonly onFrame: (frame: ServerFrame) => void = () => undefined,
  ) {
    this.outbox = new Outbox(keep, () => this.publish());
    this.socket = new Socket(open, clock, this);
    this.subscriptions = new Subscriptions(clock, (topic) => this.subscribe(topic));
  }

  connect(): void {
    this.socket.connect();
  }

  /** Somebody came in: connects for them, with nothing of whoever was here before. */
  enter(user: string): void {
    this.forgetAll();
    this.socket.anew();
    this.outbox.open(user);
    this.follow(`user:${user}`);
  }

  wake(): void {
    this.socket.wake();
  }

  retry(): void {
    this.socket.retry();
  }

  /** They left: nothing of theirs stays on the page. */
  close(): void {
    this.socket.close();
    this.forgetAll();
    this.publish();
  }

  /** Keeps `topic` up to date until `leave`. */
  follow(topic: string): void {
    this.subscriptions.begin(topic);
  }

  /** Stops following; what is known stays for the way back. */
  leave(topic: string): void {
    if (!this.subscriptions.end(topic)) return;
    this.socket.send({ type: "unsubscribe", topic });
    const idle = Object.keys(this.topics).filter((one) => !this.subscriptions.has(one));
    for (const old of idle.slice(0, Math.max(0, idle.length - KEPT_TOPICS))) this.forget(old);
  }

  /** Sends a message, now or when the line is back; returns the id that makes it count once. */
  say(draft: Draft): string {
    const client_message_id = newId();
    const { content, conversation_id, project_id = null, behind = null, model = null, parameters = null } = draft;
    const command: SendMessage = { type: "send_message", content, client_message_id, conversation_id, project_id, model };
    this.outbox.put(parameters === null ? command : { ...command, parameters }, this.clock.date(), behind);
    this.flush();
    return client_message_id;
  }

  /** Sends a refused message again. */
  sayAgain(key: string): void {
    this.outbox.again(key);
    this.flush();
  }

  /** Forgets a message that was refused. */
  drop(key: string): void {
    this.outbox.drop(new Set([key]));
  }

  /** Carries out a command once, over lost lines. Rejects with Refused. */
  ask(command: ClientCommand): Promise<void> {
    const id = newId();
    return new Promise((done, fail) => {
      this.asked.set(id, { command: { ...command, id }, done, fail });
      this.socket.send({ ...command, id });
    });
  }

  /** Reads something of a topic by `read`, and lets `put` place it. */
  async page<T>(topic: string, read: () => Promise<T>, put: Put<T>): Promise<void> {
    const missed: DurableFrame[] = [];
    const recorders = this.recorders.get(topic) ?? new Set();
    this.recorders.set(topic, recorders.add(missed));
    try {
      const came = await read();
      this.change(topic, (held) => put(held, came, missed));
    } finally {
      recorders.delete(missed);
    }
  }

  /** Lets go of the stretch that somebody went to: what is followed is shown again. */
  rejoin(topic: string): void {
    this.change(topic, (held) => ({ ...held, apart: null }));
  }

  opened(): void {
    this.subscriptions.askAll();
    for (const { command } of this.asked.values()) this.socket.send(command);
    this.flush();
  }

  status(status: Status, nextTry: number | null): void {
    this.current = status;
    this.nextTry = nextTry;
    if (status !== "open") this.outbox.lineLost();
    this.publish();
  }

  frame(frame: ServerFrame): void {
    this.onFrame(frame);
    if (!isMoment(frame)) {
      this.heard(frame);
      return;
    }
    switch (frame.type) {
      case "snapshot":
        this.replaced(frame);
        break;
      case "subscribed":
        this.subscriptions.came(frame.topic);
        this.publish();
        break;
      case "ack":
        if (!this.outbox.acknowledged(frame)) this.answered(frame.reply_to, (asked) => asked.done());
        this.flush();
        break;
      case "error":
        this.failed(frame);
        break;
      case "heartbeat_ack":
        this.compare(frame);
        this.measure(frame.timestamp);
        break;
      case "connection_established":
        this.measure(frame.timestamp);
        break;
      case "typing_indicator":
        break;
      default:
        assertNever(frame);
    }
  }

  private heard(frame: DurableFrame): void {
    for (const missed of this.recorders.get(frame.topic) ?? []) missed.push(frame);
    const held = this.topics[frame.topic];
    if (held === undefined) return;
    const outcome = follow(held, frame);
    switch (outcome.kind) {
      case "applied":
        this.topics = { ...this.topics, [frame.topic]: outcome.followed };
        if (frame.type === "new_message" && frame.message.client_message_id) {
          this.outbox.drop(new Set([frame.message.client_message_id]));
        }
        this.publish();
        break;
      case "repeat":
        break;
      case "gap":
        this.subscriptions.ask(frame.topic);
        break;
      case "broken":
        this.forget(frame.topic);
        this.subscriptions.askAnew(frame.topic);
        break;
      default:
        assertNever(outcome);
    }
  }

  private replaced(frame: Snapshot): void {
    this.subscriptions.came(frame.topic);
    this.topics = { ...this.topics, [frame.topic]: { state: frame.state, seq: frame.seq, apart: null } };
    if (frame.state.kind === "conversation") {
      this.outbox.drop(new Set(frame.state.messages.flatMap((message) => message.client_message_id ?? [])));
      const arrived = this.outbox.entries.filter((one) => one.state === "arrived" && frame.topic === topicOfEntry(one));
      this.outbox.drop(new Set(arrived.map(keyOf)));
    }
    this.publish();
  }

  private failed(error: ErrorFrame): void {
    const hold = holdOf(error, this.clock.now());
    if (hold !== null && this.heldBack(error, hold)) return;
    if (this.outbox.refused(error)) return;
    const topic = topicOfError(error);
    if (topic !== null) {
      if (this.subscriptions.failed(topic, error)) this.forget(topic);
      this.publish();
    } else if (!this.answered(error.reply_to, (asked) => asked.fail(new Refused(error.error, error.error_code)))) {
      this.onError(error.error);
    }
  }

  /** What the server has and we have not is on its way; if it has not come after a while, ask for it. */
  private compare(beat: HeartbeatAck): void {
    for (const [topic, head] of Object.entries(beat.heads)) {
      const behind = () => this.subscriptions.has(topic) && (this.topics[topic]?.seq ?? 0) < head;
      if (behind()) {
        this.clock.after(PATIENCE, () => {
          if (behind()) this.subscriptions.ask(topic);
        });
      }
    }
  }

  /** What the server says the time is, just now. */
  private measure(timestamp: string): void {
    const ahead = Date.parse(timestamp) - this.clock.date();
    if (Math.abs(ahead - this.ahead) < 1000) return;
    this.ahead = ahead;
    this.publish();
  }

  /** Asks for a topic from where it is known up to; says whether that went out. */
  private subscribe(topic: string): boolean {
    const after = this.topics[topic]?.seq ?? null;
    return this.socket.send({ type: "subscribe", id: `${SUBSCRIBE}${topic}`, topic, after });
  }

  private forgetAll(): void {
    this.topics = {};
    this.subscriptions.clear();
    this.asked.clear();
  }

  private change(topic: string, put: (held: Followed) => Followed): void {
    const held = this.topics[topic];
    if (held === undefined) return;
    this.topics = { ...this.topics, [topic]: put(held) };
    this.publish();
  }

  private forget(topic: string): void {
    this.topics = lacking(this.topics, topic);
  }

  private answered(id: string | null, settle: (asked: Asked) => void): boolean {
    const asked = id === null ? undefined : this.asked.get(id);
    if (id === null || asked === undefined) return false;
    this.asked.delete(id);
    settle(asked);
    return true;
  }

  /** Too much was sent at once: what is on its way waits until it goes on, and then goes by itself. */
  private heldBack(error: ErrorFrame, hold: Hold): boolean {
    const topic = topicOfError(error);
    if (topic !== null) this.subscriptions.askLater(topic, hold.until - this.clock.now());
    else if (!this.outbox.heldBack(error)) return false;
    if (this.hold !== null && this.hold.until >= hold.until) return true;
    this.hold = hold;
    this.publish();
    this.clock.after(hold.until - this.clock.now(), () => {
      if (this.hold !== hold) return;
      this.hold = null;
      this.flush();
      this.publish();
    });
    return true;
  }

  private flush(): void {
    if (this.hold !== null) return;
    this.outbox.flush((command) => this.socket.send(command));
  }

  private publish(): void {
    if (this.publishing) return;
    this.publishing = true;
    this.clock.after(FRAME, () => {
      this.publishing = false;
      const { current: status, nextTry, topics, ahead, hold } = this;
      const { refused, late } = this.subscriptions;
      this.onView({ status, nextTry, topics, refused, late, entries: this.outbox.entries, ahead, hold });
    });
  }
}

/** The messages on their way to a conversation; with null, those that begin one. */
export function entriesOf(entries: readonly Entry[], conversation: string | null): Entry[] {
  return entries.filter((entry) => (entry.command.conversation_id ?? null) === conversation);
}

/** The topic that was asked for and did not come, or was given and is taken away; null where an error is about something else. */
function topicOfError({ reply_to, details }: ErrorFrame): string | null {
  if (reply_to !== null) return reply_to.startsWith(SUBSCRIBE) ? reply_to.slice(SUBSCRIBE.length) : null;
  const topic = details?.["topic"];
  return typeof topic === "string" ? topic : null;
}

function topicOfEntry(entry: Entry): string {
  return `conversation:${entry.command.conversation_id ?? ""}`;
}

function isMoment(frame: ServerFrame): frame is Exclude<ServerFrame, Durable<ServerFrame>> {
  return MOMENTS.has(frame.type);
}
