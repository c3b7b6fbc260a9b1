import { beforeEach, describe, expect, test } from "vitest";
import type { Entry } from "../connection/outbox";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import type { Ack, ConversationState, DurableFrame, ErrorFrame, Message, StreamChunk } from "../protocol";
import { before } from "./pages";
import { conversationIn } from "./room";
import { reduce } from "./reduce";
import type { View } from "./session";
import { Refused, Session } from "./session";
import { Story, at, body, empty, framed, seeded } from "./story";

const FRAMES = new Story(seeded(7)).tell(3).filter((frame) => frame.type !== "conversation_deleted");
const TOPIC = empty().topic;
const ID = TOPIC.slice("conversation:".length);

let clock: HandClock;
let lines: HandLines;
let kept: Map<string, Entry>;
let view: View;
let errors: string[];
let session: Session;

function begin(): Session {
  const keep = {
    ...NOTHING_KEPT,
    open: () => [...kept.values()],
    put: (key: string, entry: Entry) => void kept.set(key, entry),
    drop: (key: string) => void kept.delete(key),
  };
  return new Session(lines.open, clock, keep, (next) => (view = next), (words) => errors.push(words));
}

beforeEach(() => {
  clock = new HandClock();
  lines = new HandLines();
  kept = new Map();
  errors = [];
  session = begin();
  session.connect();
});

/** The next look at the page, with no time for anything else to happen. */
function look(): ConversationState | null {
  clock.pass(16);
  return conversationIn(view, ID);
}

function snapshot(frames: readonly DurableFrame[]): void {
  const state = frames.reduce(reduceConversation, empty());
  lines.last.say({ type: "snapshot", topic: TOPIC, seq: frames.length, state, timestamp: at(0) });
}

function ack(reply_to: unknown, ids: Record<string, string> = {}): Ack {
  return { type: "ack", reply_to: reply_to as string, ids, seq: 1, duplicate: false, timestamp: at(0) };
}

function refusal(reply_to: string | null, words: string, error_code = "invalid_message"): ErrorFrame {
  const about = { reply_to, message_id: null, details: null, timestamp: at(0) };
  return { type: "error", error_code, error: words, request_id: "r", ...about };
}

describe("following a topic", () => {
  beforeEach(() => {
    session.follow(TOPIC);
    lines.last.greet();
  });

  test("the first time it asks for everything, after a lost line for what came since", () => {
    expect(lines.last.heard("subscribe")).toMatchObject([{ topic: TOPIC, after: null }]);
    snapshot(FRAMES.slice(0, 5));
    lines.last.drop();
    clock.pass(1_000);
    lines.last.greet();
    expect(lines.last.heard("subscribe")).toMatchObject([{ topic: TOPIC, after: 5 }]);
  });

  test("frames make the page what a fresh look would show, repeats or not", () => {
    snapshot(FRAMES.slice(0, 4));
    for (const frame of FRAMES.slice(2, 9)) lines.last.say(frame);
    for (const frame of FRAMES.slice(5)) lines.last.say(frame);
    expect(look()).toEqual(FRAMES.reduce(reduceConversation, empty()));
  });

  test("a gap is asked for once, from where it begins", () => {
    snapshot(FRAMES.slice(0, 4));
    for (const frame of FRAMES.slice(6, 9)) lines.last.say(frame);
    expect(lines.last.heard("subscribe")).toMatchObject([{ after: null }, { after: 4 }]);
    lines.last.say({ type: "subscribed", reply_to: null, topic: TOPIC, seq: 9, mode: "replay", timestamp: at(0) });
    for (const frame of FRAMES.slice(4)) lines.last.say(frame);
    expect(look()).toEqual(FRAMES.reduce(reduceConversation, empty()));
  });

  test("an answer that is shorter than its last chunk says is fetched anew", () => {
    const start = FRAMES.findIndex((frame) => frame.type === "assistant_message_start");
    snapshot(FRAMES.slice(0, start + 1));
    const begun = FRAMES[start];
    if (begun?.type !== "assistant_message_start") throw new Error("the story has an answer");
    lines.last.say(framed(start + 2, { ...chunk(begun.message.id), is_final: true, length: 9, status: "completed" }));
    expect(lines.last.heard("subscribe").at(-1)).toMatchObject({ after: null });
  });

  test("what the server has and does not come is asked for after a while", () => {
    snapshot(FRAMES.slice(0, 4));
    lines.last.say({ type: "heartbeat_ack", reply_to: null, heads: { [TOPIC]: 6 }, timestamp: at(0) });
    expect(lines.last.heard("subscribe")).toHaveLength(1);
    clock.pass(5_000);
    expect(lines.last.heard("subscribe").at(-1)).toMatchObject({ after: 4 });
  });

  test.each(["not_found", "thread_not_found", "forbidden"])("a topic that is not ours (%s) is shown as refused, and not asked for again", (code) => {
    lines.last.say(refusal(`subscribe ${TOPIC}`, "Conversation not found.", code));
    expect(look()).toBeNull();
    expect(view.refused[TOPIC]).toBe("Conversation not found.");
    lines.last.drop();
    clock.pass(1_000);
    lines.last.greet();
    expect(lines.last.heard("subscribe")).toHaveLength(0);
  });

  describe("that the server cannot read just now", () => {
    const fails = () => lines.last.say(refusal(`subscribe ${TOPIC}`, "Internal server error", "internal_error"));

    test("is asked for again, later each time, until it comes", () => {
      fails();
      look();
      expect([view.refused, [...view.late]]).toEqual([{}, [TOPIC]]);
      clock.pass(1_000);
      expect(lines.last.heard("subscribe")).toHaveLength(2);
      fails();
      clock.pass(1_000);
      expect(lines.last.heard("subscribe")).toHaveLength(2);
      clock.pass(1_000);
      expect(lines.last.heard("subscribe")).toHaveLength(3);
      look();
      expect([...view.late]).toEqual([TOPIC]);
      snapshot(FRAMES.slice(0, 5));
      expect(look()).not.toBeNull();
      expect([...view.late]).toEqual([]);
      clock.pass(20_000);
      expect(lines.last.heard("subscribe")).toHaveLength(3);
    });

    test("is asked for at once when the line is back", () => {
      for (const wait of [1_000, 2_000, 0]) {
        fails();
        clock.pass(wait);
      }
      lines.last.drop();
      clock.pass(1_000);
      lines.last.greet();
      expect(lines.last.heard("subscribe")).toHaveLength(1);
      clock.pass(4_000);
      expect(lines.last.heard("subscribe")).toHaveLength(1);
    });

    test("is shown as it was known meanwhile, and a gap in it is asked for no sooner", () => {
      snapshot(FRAMES.slice(0, 4));
      for (const frame of FRAMES.slice(6, 9)) lines.last.say(frame);
      fails();
      for (const frame of FRAMES.slice(9, 12)) lines.last.say(frame);
      expect(lines.last.heard("subscribe")).toHaveLength(2);
      expect(look()).toEqual(FRAMES.slice(0, 4).reduce(reduceConversation, empty()));
      clock.pass(1_000);
      expect(lines.last.heard("subscribe").at(-1)).toMatchObject({ after: 4 });
      lines.last.say({ type: "subscribed", reply_to: null, topic: TOPIC, seq: 9, mode: "replay", timestamp: at(0) });
      look();
      expect([...view.late]).toEqual([]);
    });

    test("is asked for no more once nobody looks at it", () => {
      fails();
      session.leave(TOPIC);
      fails();
      clock.pass(20_000);
      expect(lines.last.heard("subscribe")).toHaveLength(1);
      expect([view.refused, [...view.late]]).toEqual([{}, []]);
    });
  });

  test("a topic that is taken away is gone from the page, and followed again only when somebody asks for it", () => {
    snapshot(FRAMES.slice(0, 5));
    lines.last.say({ ...refusal(null, "There is nothing here to follow.", "not_found"), details: { topic: TOPIC } });
    expect(look()).toBeNull();
    expect(view.refused[TOPIC]).toBe("There is nothing here to follow.");
    expect(errors).toEqual([]);
    lines.last.drop();
    clock.pass(1_000);
    lines.last.greet();
    expect(lines.last.heard("subscribe")).toHaveLength(0);
    session.leave(TOPIC);
    session.follow(TOPIC);
    expect(lines.last.heard("subscribe")).toMatchObject([{ topic: TOPIC, after: null }]);
    look();
    expect(view.refused).toEqual({});
  });

  test("older messages come in with what was said to them meanwhile", async () => {
    const whole = FRAMES.reduce(reduceConversation, empty());
    const early = FRAMES.slice(0, 20).reduce(reduceConversation, empty());
    const window = early.messages[1]?.position ?? 0;
    const held = { ...early, window, messages: early.messages.slice(1) };
    lines.last.say({ type: "snapshot", topic: TOPIC, seq: 20, state: held, timestamp: at(0) });
    const read = () => {
      const items: Message[] = early.messages.slice(0, 1);
      for (const frame of FRAMES.slice(20)) lines.last.say(frame);
      return Promise.resolve({ items, has_more: false });
    };
    await session.page(TOPIC, read, before(held.messages[0]?.id ?? ""));
    expect(look()?.messages).toEqual(whole.messages);
  });
});

test("how far this machine's clock is off is known from the server's greeting", () => {
  clock.epoch = Date.parse(at(3600)) - 24 * 60 * 60 * 1000;
  lines.last.greet();
  look();
  expect(view.ahead).toBe(24 * 60 * 60 * 1000);
});

describe("saying something", () => {
  test("without a line it is kept, and goes out once there is one", () => {
    const key = session.say({ content: "Hello", conversation_id: ID });
    lines.last.greet();
    expect(lines.last.heard("send_message")).toMatchObject([{ client_message_id: key, id: key, content: "Hello" }]);
  });

  test("what had no answer when the line broke goes out again under the same id", () => {
    lines.last.greet();
    const key = session.say({ content: "Hello", conversation_id: ID });
    lines.last.drop();
    clock.pass(1_000);
    lines.last.greet();
    expect(lines.last.heard("send_message")).toMatchObject([{ client_message_id: key }]);
    lines.last.say(ack(key, { conversation_id: ID }));
    lines.last.drop();
    clock.pass(1_000);
    lines.last.greet();
    expect(lines.last.heard("send_message")).toHaveLength(0);
  });

  test("it outlives the page", () => {
    const key = session.say({ content: "Hello", conversation_id: ID });
    lines = new HandLines();
    begin().enter("u");
    lines.last.greet();
    expect(lines.last.heard("send_message")).toMatchObject([{ client_message_id: key }]);
  });

  test("it leaves the outbox when its message is on the page", () => {
    session.follow(TOPIC);
    lines.last.greet();
    snapshot(FRAMES.slice(0, 1));
    const key = session.say({ content: "Hello", conversation_id: ID });
    lines.last.say(ack(key, { conversation_id: ID }));
    look();
    expect(view.entries).toMatchObject([{ state: "arrived" }]);
    lines.last.say(framed(2, { type: "new_message", message: body("m", { client_message_id: key }) }));
    look();
    expect(view.entries).toEqual([]);
  });

  test("a second message of a new conversation waits until that has an id", () => {
    lines.last.greet();
    const first = session.say({ content: "One", conversation_id: null });
    session.say({ content: "Two", conversation_id: null, behind: first });
    expect(lines.last.heard("send_message")).toHaveLength(1);
    lines.last.say(ack(first, { conversation_id: ID }));
    expect(lines.last.heard("send_message").at(-1)).toMatchObject({ content: "Two", conversation_id: ID });
  });

  test("two that were refused where a conversation begins make one when both are sent again", () => {
    lines.last.greet();
    const first = session.say({ content: "One", conversation_id: null });
    const second = session.say({ content: "Two", conversation_id: null, behind: first });
    lines.last.say(refusal(first, "Not now."));
    session.sayAgain(first);
    session.sayAgain(second);
    expect(lines.last.heard("send_message").map(({ content }) => content)).toEqual(["One", "One"]);
    lines.last.say(ack(first, { conversation_id: ID }));
    expect(lines.last.heard("send_message").at(-1)).toMatchObject({ content: "Two", conversation_id: ID });
  });

  test("a refused message says why, keeps its words and can be sent again", () => {
    lines.last.greet();
    const key = session.say({ content: "Hello", conversation_id: ID });
    lines.last.say(refusal(key, "The message is too long."));
    look();
    expect(view.entries).toMatchObject([{ state: "failed", problem: "The message is too long." }]);
    session.sayAgain(key);
    expect(lines.last.heard("send_message")).toHaveLength(2);
  });
});

describe("asking for something", () => {
  test("a command is carried out over a lost line, and answered once", async () => {
    lines.last.greet();
    const done = session.ask({ type: "regenerate", message_id: "m", command_id: "c" });
    lines.last.drop();
    clock.pass(1_000);
    lines.last.greet();
    const [again] = lines.last.heard("regenerate");
    expect(again).toMatchObject({ command_id: "c" });
    lines.last.say(ack(again?.["id"]));
    await expect(done).resolves.toBeUndefined();
  });

  test("a refused command says why", async () => {
    lines.last.greet();
    const done = session.ask({ type: "stop_generation", turn_id: "t" });
    lines.last.say(refusal(String(lines.last.heard("stop_generation")[0]?.["id"]), "This cannot be done now."));
    await expect(done).rejects.toEqual(new Refused("This cannot be done now.", "invalid_message"));
    expect(errors).toEqual([]);
  });

  test("an error that answers nothing is shown", () => {
    lines.last.greet();
    lines.last.say(refusal(null, "Internal server error"));
    expect(errors).toEqual(["Internal server error"]);
  });
});

function chunk(message_id: string): StreamChunk {
  const nothing = { length: null, model: null, models: null, cached: false, usage: null, status: null, error: null };
  const place = { attempt: 1, part: 0, kind: "text" as const, chunk: "", chunk_index: 0, offset: 0 };
  return { type: "stream_chunk", message_id, is_final: false, ...place, ...nothing };
}

function reduceConversation(state: ConversationState, frame: DurableFrame): ConversationState {
  const next = reduce(state, frame);
  if (next.kind !== "conversation") throw new Error("a conversation stays one");
  return next;
}

describe("when too much was sent at once", () => {
  const details = { limit: "messages_per_minute", current: 15, maximum: 15, reset_at: at(30), retry_after: 30 };
  const tooFast = (reply_to: unknown): ErrorFrame => ({ ...refusal(reply_to as string, "Too fast."), error_code: "rate_limit_exceeded", details });

  test("what is written is kept in its order, and goes out by itself when that is over", () => {
    lines.last.greet();
    session.say({ content: "One", conversation_id: ID });
    lines.last.say(tooFast(lines.last.heard("send_message")[0]?.["id"]));
    session.say({ content: "Two", conversation_id: ID });
    look();
    expect(view.hold).toMatchObject({ count: 15, within: "minute" });
    expect(view.entries.map((entry) => entry.state)).toEqual(["waiting", "waiting"]);
    expect(lines.last.heard("send_message")).toHaveLength(1);
    clock.pass(30_000);
    look();
    expect(view.hold).toBeNull();
    expect(lines.last.heard("send_message").map((sent) => sent["content"])).toEqual(["One", "One", "Two"]);
  });

  test("a conversation that was not given is asked for again, and not taken for gone", () => {
    lines.last.greet();
    session.follow(TOPIC);
    lines.last.say(tooFast(`subscribe ${TOPIC}`));
    clock.pass(30_000);
    look();
    expect(view.refused).toEqual({});
    expect(lines.last.heard("subscribe").filter((sent) => sent["topic"] === TOPIC)).toHaveLength(2);
  });

  test("a conversation that fell behind is asked for again too", () => {
    lines.last.greet();
    session.follow(TOPIC);
    snapshot(FRAMES.slice(0, 4));
    for (const frame of FRAMES.slice(6, 9)) lines.last.say(frame);
    lines.last.say(tooFast(`subscribe ${TOPIC}`));
    clock.pass(30_000);
    expect(lines.last.heard("subscribe").at(-1)).toMatchObject({ topic: TOPIC, after: 4 });
    expect(lines.last.heard("subscribe")).toHaveLength(3);
  });

  test("one conversation too many is refused with the server's words", () => {
    lines.last.greet();
    session.say({ content: "One", conversation_id: null });
    const about = { ...details, limit: "active_conversations" };
    lines.last.say({ ...tooFast(lines.last.heard("send_message")[0]?.["id"]), error: "Go on in one of them.", details: about });
    look();
    expect(view.entries).toMatchObject([{ state: "failed", problem: "Go on in one of them." }]);
    expect(view.hold).toBeNull();
  });
});
