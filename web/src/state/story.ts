/** Conversations that could have happened, told from a seed: what the browser's side adds to the golden files. */

import type {
  Approval,
  Conversation,
  ConversationState,
  DurableEvent,
  DurableFrame,
  MessageBody,
  StreamChunk,
  TopicState,
} from "../protocol";

const CONVERSATION = "0199a000-0000-7000-8000-000000000002";
const TOPIC = `conversation:${CONVERSATION}`;
const WORDS = ["Upstairs ", "the 🛋️ ", "ist ", "warm. ", "Größe ", "寝室 ", "`code` ", "\n- ", "👩‍👩‍👧 "];

/** A number from 0 to n - 1. */
export type Choose = (n: number) => number;

/** The same choices for the same seed, in every browser (the mulberry32 generator). */
export function seeded(seed: number): Choose {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n;
  };
}

/** A conversation before its first event. */
export function empty(): ConversationState {
  return { kind: "conversation", topic: TOPIC, conversation: null, window: 0, messages: [], turns: [], approvals: [], notices: [] };
}

/** The states of a person and of a project, before anything was said on their topics. */
export function others(): TopicState[] {
  return [
    { kind: "user", topic: "user:u", account: null, window: at(3), conversations: [], inbox: [], notices: [] },
    { kind: "project", topic: "project:p", name: "Home", members: [], conversations: [], home_rev: 0 },
  ];
}

/** `event` as frame number `seq`. */
export function framed(seq: number, event: DurableEvent, topic = TOPIC): DurableFrame {
  return { ...event, topic, from_seq: seq, seq, timestamp: at(seq) };
}

/** The time of tick number `tick`. */
export function at(tick: number): string {
  return new Date(Date.UTC(2026, 10, 20, 9) + tick * 1000).toISOString();
}

/** A conversation whose last activity was at `tick`. */
export function head(tick: number, changes: Partial<Conversation> = {}): Conversation {
  return {
    id: CONVERSATION,
    project_id: "p",
    owner_id: "u",
    title: "Upstairs",
    title_is_own: false,
    created_at: at(0),
    updated_at: at(tick),
    last_activity_at: at(tick),
    message_count: tick,
    total_tokens: 0,
    is_archived: false,
    archived_at: null,
    last_message: null,
    metadata: {},
    ...changes,
  };
}

/** A change that waits, or did. */
export function approval(id: string, changes: Partial<Approval> = {}): Approval {
  return {
    id,
    tool_call_id: `call of ${id}`,
    conversation_id: CONVERSATION,
    project_id: "p",
    message_id: "m",
    turn_id: "t",
    tool_name: "lock",
    label: "Lock the front door",
    effect: "destructive",
    arguments: {},
    preview: { changes: [{ what: "Front door", before: "unlocked", after: "locked" }], note: "" },
    reason: "effect",
    form: null,
    remember: null,
    status: "pending",
    requested_at: at(1),
    expires_at: at(99),
    decided_by: null,
    decided_by_name: null,
    decided_at: null,
    ...changes,
  };
}

/** A message as it comes. */
export function body(id: string, changes: Partial<MessageBody> = {}): MessageBody {
  return {
    id,
    conversation_id: CONVERSATION,
    role: "user",
    author_id: "u",
    client_message_id: `client-${id}`,
    turn_id: null,
    parent_id: null,
    replaces: null,
    replaced_by: null,
    parts: [],
    status: "sent",
    error: null,
    attempt: 1,
    model: null,
    models: null,
    cached: false,
    usage: null,
    created_at: at(0),
    edits: 0,
    answers_edit: 0,
    edited_at: null,
    deleted_at: null,
    metadata: {},
    ...changes,
  };
}

/** One event of every type that says something to a person's or a project's state, and some that do not. */
export function asides(choose: Choose): DurableFrame[] {
  const events: DurableEvent[] = [];
  for (let made = 1; made <= 6; made += 1) {
    const one = head(choose(9), { id: `c-${made % 4}`, is_archived: choose(4) === 0 });
    events.push({ type: made < 4 ? "conversation_created" : "conversation_updated", conversation: one });
  }
  events.push({ type: "conversation_deleted", conversation_id: `c-${choose(4)}` });
  events.push({ type: "system_notification", notice: { id: "n", level: "error", text: "Full.", created_at: at(1) } });
  events.push({ type: "upload_progress", upload_id: "f", received: 5, total: 9, status: "checking" });
  events.push({ type: "entity_changed", entity_id: "e", change: "related", name: "Sofa", version: 3 });
  events.push({ type: "project_updated", name: "Casa", members: [{ user_id: "v", name: "Zoë", role: "user" }] });
  const projects = [{ id: choose(2) ? "p" : "q", name: "Casa", is_home: true, is_owner: false, is_archived: false }];
  const account = { user_id: "u", username: "zoe", full_name: "Zoë", role: "user", permissions: ["tools:read"], projects } as const;
  const changed: DurableEvent = { type: "account_updated", account: { ...account, permissions: [...account.permissions] } };
  events.splice(choose(events.length), 0, changed, { type: "model_settings_changed", version: 1 + choose(9) });
  return events.map((event, index) => framed(index + 1, event, "user:u"));
}

/** Tells one conversation; `frames` is what was said so far. */
export class Story {
  readonly frames: DurableFrame[] = [];
  private made = 0;
  /** Units of text in the answer that is being written. */
  private written = 0;

  constructor(private readonly choose: Choose) {}

  /** The frames of `turns` questions with their answers, and of what happens between them. */
  tell(turns: number): DurableFrame[] {
    this.say({ type: "conversation_created", conversation: head(0) });
    for (let turn = 0; turn < turns; turn += 1) {
      const asked = this.id("m");
      const text = this.words();
      this.say({ type: "new_message", message: body(asked, { parts: [{ kind: "text", text, length: text.length }] }) });
      const first = this.answer(asked, null);
      if (this.choose(2)) this.answer(asked, first);
      this.between(asked);
    }
    if (this.choose(3) === 0) this.say({ type: "conversation_deleted", conversation_id: CONVERSATION });
    return this.frames;
  }

  private say(event: DurableEvent): void {
    this.frames.push(framed(this.frames.length + 1, event));
  }

  private id(kind: string): string {
    this.made += 1;
    return `${kind}-${this.made}`;
  }

  private words(): string {
    return Array.from({ length: 1 + this.choose(4) }, () => WORDS[this.choose(WORDS.length)]).join("");
  }

  private answer(asked: string, replaces: string | null): string {
    const id = this.id("m");
    const turn = { id: this.id("t"), question_id: asked, answer_id: null, reason: null };
    this.say({ type: "turn_updated", turn: { ...turn, status: "queued" } });
    this.say({ type: "turn_updated", turn: { ...turn, answer_id: id, status: "running" } });
    const begun = body(id, { role: "assistant", parent_id: asked, replaces, status: "running", client_message_id: null });
    this.say({ type: "assistant_message_start", message: begun });
    const parts = this.text(id, 1, 0);
    if (this.choose(3) === 0) {
      this.say({ type: "answer_restarted", message_id: id, attempt: 2, part: 0, reason: "ai_provider_error" });
      this.end(id, 2, this.tools(id, this.text(id, 2, 0)));
    } else {
      this.end(id, 1, this.tools(id, parts));
    }
    this.say({ type: "turn_updated", turn: { ...turn, answer_id: id, status: "completed" } });
    return id;
  }

  private chunk(message_id: string, attempt: number, part: number, chunk: string, offset: number): StreamChunk {
    return {
      type: "stream_chunk",
      message_id,
      attempt,
      part,
      kind: "text",
      chunk,
      chunk_index: 0,
      offset,
      is_final: false,
      length: null,
      model: null,
      models: null,
      cached: false,
      usage: null,
      status: null,
      error: null,
    };
  }

  private text(id: string, attempt: number, part: number): number {
    this.written = 0;
    for (let made = this.choose(5); made >= 0; made -= 1) {
      const chunk = this.words();
      this.say(this.chunk(id, attempt, part, chunk, this.written));
      this.written += chunk.length;
    }
    return part + 1;
  }

  private tools(id: string, part: number): number {
    const calls = Array.from({ length: this.choose(3) }, (_, index) => ({
      id: this.id("call"),
      part: part + index,
      label: "Looking upstairs",
      function: { name: "find", arguments: { floor: "upstairs" } },
    }));
    if (calls.length === 0) return part;
    this.say({ type: "tool_call", conversation_id: CONVERSATION, message_id: id, tool_calls: calls });
    for (const call of calls.toReversed()) {
      const result = { type: "tool_result", message_id: id, tool_call_id: call.id, tool_name: "find" } as const;
      const nothing = { label: null, summary: null, result: null, truncated: false, error: null, duration_ms: null, cached: false, repeated: false, decided_by: null, undo: null, arguments: null };
      this.say({ ...result, ...nothing, status: "executing" });
      const settled = this.choose(2) ? "completed" : "denied";
      this.say({ ...result, ...nothing, status: settled, label: "Looked upstairs", summary: "2 rooms", result: [{ name: "寝室" }], duration_ms: 1.25 });
    }
    return part + calls.length;
  }

  private end(id: string, attempt: number, parts: number): void {
    const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12, cached_tokens: 0, reasoning_tokens: 0, cost: null, estimated: true };
    const last = this.chunk(id, attempt, parts - 1, "", 0);
    const status = this.choose(3) ? "completed" : "stopped";
    this.say({ ...last, is_final: true, length: this.written, model: "scripted", usage, status });
  }

  private between(asked: string): void {
    const about = { conversation_id: CONVERSATION, message_id: asked };
    const waits = approval(this.id("approval"), about);
    const notice = { id: this.id("n"), level: "info", text: "Saved.", created_at: at(2) } as const;
    const happens: (() => void)[] = [
      () => this.say({ type: "approval_requested", approval: waits }),
      () => this.say({ type: "approval_decided", approval: { ...waits, status: "denied", decided_by: "u" } }),
      () => this.say({ type: "system_notification", notice }),
      () => this.say({ type: "summary_available", conversation_id: CONVERSATION, summary_id: "s", message_count: 2 }),
      () => this.say({ type: "message_deleted", message_id: asked, deleted_at: at(3) }),
      () => this.say({ type: "message_updated", message: body(asked, { edited_at: at(4) }) }),
      () => this.say({ type: "conversation_updated", conversation: head(this.frames.length, { title: this.words() }) }),
    ];
    for (const happen of happens) if (this.choose(2)) happen();
  }
}
