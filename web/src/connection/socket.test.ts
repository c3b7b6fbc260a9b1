import { beforeEach, describe, expect, test } from "vitest";
import { HandClock, HandLines } from "./pretend";
import type { Status } from "./socket";
import { Socket, pause } from "./socket";

let clock: HandClock;
let lines: HandLines;
let statuses: Status[];
let nextTry: number | null;
let opened: number;
let socket: Socket;

beforeEach(() => {
  clock = new HandClock();
  lines = new HandLines();
  statuses = [];
  opened = 0;
  socket = new Socket(lines.open, clock, {
    opened: () => (opened += 1),
    frame: () => undefined,
    status: (status, next) => {
      if (status !== statuses.at(-1)) statuses.push(status);
      nextTry = next;
    },
  });
  socket.connect();
});

describe("coming and staying", () => {
  test("the line is open once the server greets", () => {
    expect(socket.send({ type: "heartbeat" })).toBe(false);
    lines.last.greet();
    expect(statuses).toEqual(["open"]);
    expect(opened).toBe(1);
    expect(socket.send({ type: "heartbeat" })).toBe(true);
  });

  test("a heartbeat goes out every 30 seconds while the server answers", () => {
    lines.last.greet();
    for (let beat = 1; beat <= 3; beat += 1) {
      clock.pass(30_000);
      expect(lines.last.heard("heartbeat")).toHaveLength(beat);
      lines.last.say({ type: "heartbeat_ack", reply_to: null, heads: {}, timestamp: "" });
    }
    expect(lines.made).toHaveLength(1);
  });

  test("a line on which no answer comes is given up", () => {
    lines.last.greet();
    clock.pass(30_000 + 10_000);
    expect(statuses).toEqual(["open", "waiting"]);
    expect(lines.last.closed).not.toBeNull();
    clock.pass(1_000);
    expect(lines.made).toHaveLength(2);
  });

  test("a server that never greets is given up too", () => {
    clock.pass(10_000);
    expect(statuses).toEqual(["waiting"]);
  });
});

describe("coming back", () => {
  test("the pauses double up to 30 seconds and keep on as long as the page is open", () => {
    const waited: number[] = [];
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const before = lines.made.length;
      lines.last.drop();
      const start = clock.now();
      while (lines.made.length === before) clock.pass(500);
      waited.push((clock.now() - start) / 1000);
    }
    expect(waited.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(new Set(waited.slice(7))).toEqual(new Set([30]));
  });

  test("chance takes up to half of a pause away, so that not everybody comes at once", () => {
    expect(pause(3, 0)).toBe(8_000);
    expect(pause(3, 0.999)).toBeGreaterThanOrEqual(4_000);
  });

  test("a greeting makes the next pause short again", () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      lines.last.drop();
      clock.pass(30_000);
    }
    lines.last.greet();
    const before = lines.made.length;
    lines.last.drop();
    clock.pass(1_000);
    expect(lines.made).toHaveLength(before + 1);
  });

  test("when the network is back it tries at once", () => {
    lines.last.greet();
    lines.last.drop();
    socket.wake();
    expect(lines.made).toHaveLength(2);
    clock.pass(1_000);
    expect(lines.made).toHaveLength(2);
  });

  test("when the page is seen again it asks whether the line still holds", () => {
    lines.last.greet();
    socket.wake();
    expect(lines.last.heard("heartbeat")).toHaveLength(1);
    clock.pass(10_000);
    expect(statuses).toEqual(["open", "waiting"]);
  });

  test("when it will try again is known, and no longer while it tries", () => {
    lines.last.greet();
    expect(nextTry).toBeNull();
    lines.last.drop();
    lines.last.drop();
    expect(nextTry).toBe(clock.now() + 1_000);
    clock.pass(1_000);
    expect(nextTry).toBeNull();
    lines.last.drop();
    expect(nextTry).toBe(clock.now() + 2_000);
    socket.retry();
    expect(nextTry).toBeNull();
    lines.last.greet();
    expect(nextTry).toBeNull();
  });

  test("after an hour of sleep it does not wait for an answer on the old line", () => {
    lines.last.greet();
    const slept = lines.last;
    clock.sleep(3_600_000);
    socket.wake();
    expect(slept.closed).not.toBeNull();
    expect(lines.made).toHaveLength(2);
    expect(statuses.at(-1)).toBe("waiting");
    lines.last.greet();
    expect(statuses.at(-1)).toBe("open");
  });

  test("a machine that fell asleep while it connected begins anew", () => {
    clock.sleep(3_600_000);
    socket.wake();
    expect(lines.made).toHaveLength(2);
    expect(lines.made[0]?.closed).not.toBeNull();
  });

  test("waking again and again asks once, and does not put off giving up", () => {
    lines.last.greet();
    for (let times = 0; times < 5; times += 1) {
      socket.wake();
      clock.pass(1_000);
    }
    expect(lines.made[0]?.heard("heartbeat")).toHaveLength(1);
    expect(lines.made[0]?.closed).not.toBeNull();
  });

  test("after waking, the pauses are short again", () => {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      lines.last.drop();
      clock.pass(30_000);
    }
    socket.wake();
    lines.last.drop();
    expect(nextTry).toBe(clock.now() + 1_000);
  });

  test("a time of day that is wrong or jumps back changes nothing in the pauses", () => {
    lines.last.greet();
    clock.epoch -= 86_400_000;
    socket.wake();
    expect(lines.made).toHaveLength(1);
    lines.last.drop();
    const before = lines.made.length;
    clock.epoch += 2 * 86_400_000;
    clock.pass(999);
    expect(lines.made).toHaveLength(before);
    clock.pass(1);
    expect(lines.made).toHaveLength(before + 1);
  });

  test("words of a line that was given up are not heard any more", () => {
    const old = lines.last;
    old.greet();
    const late = old.onmessage;
    old.drop();
    late?.({ data: JSON.stringify({ type: "connection_established" }) });
    expect(opened).toBe(1);
  });
});

describe("not coming back", () => {
  test.each([
    [1008, "refused"],
    [1000, "ended"],
  ] as const)("after close code %i it does not try by itself", (code, status) => {
    lines.last.greet();
    lines.last.drop(code);
    expect(statuses.at(-1)).toBe(status);
    socket.wake();
    clock.pass(120_000);
    expect(lines.made).toHaveLength(1);
  });

  test("a person may always try again", () => {
    lines.last.greet();
    lines.last.drop(1000);
    socket.retry();
    lines.last.greet();
    expect(statuses.at(-1)).toBe("open");
  });
});
