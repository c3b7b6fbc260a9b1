/**
 * Both reducers mean the same: this side reads what Python wrote, and writes what Python reads.
 * `npm run golden` writes the files of this side anew.
 */

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DurableFrame, Message, TopicState } from "../protocol";
import { DURABLE_TYPES } from "../protocol";
import { mergePage, reduce } from "./reduce";
import { Story, asides, empty, others, seeded } from "./story";
import { DoesNotFollow } from "./text";

interface Case {
  name: string;
  state: TopicState;
  frames?: DurableFrame[];
  page?: Message[];
  window?: number | null;
  result: TopicState | null;
}

const GOLDEN = join(import.meta.dirname, "../../../tests/golden");
/** Many stories are told, and a machine that is busy takes its time. */
const PATIENCE_MS = 60_000;
const OURS = join(GOLDEN, "typescript/stories.json");

function cases(language: string): Case[] {
  const folder = join(GOLDEN, language);
  return readdirSync(folder)
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), "utf-8")) as Case[]);
}

function outcome(given: Case): TopicState | null {
  if (given.page !== undefined) {
    if (given.state.kind !== "conversation") throw new Error("only a conversation has pages");
    return mergePage(given.state, given.page, given.window ?? null);
  }
  try {
    return (given.frames ?? []).reduce(reduce, given.state);
  } catch (error) {
    if (error instanceof DoesNotFollow) return null;
    throw error;
  }
}

function told(): Case[] {
  const written: Case[] = [];
  for (let seed = 1; seed <= 8; seed += 1) {
    const frames = new Story(seeded(seed)).tell(3);
    written.push({ name: `story ${seed}`, state: empty(), frames, result: null });
    for (const state of others()) {
      written.push({ name: `${state.kind} ${seed}`, state, frames: asides(seeded(seed)), result: null });
    }
  }
  return written.map((one) => ({ ...one, result: outcome(one) }));
}

if (process.env["GOLDEN"] === "write") {
  writeFileSync(OURS, `[\n${told().map((one) => JSON.stringify(one)).join(",\n")}\n]\n`);
}

describe("the golden files", () => {
  test("every case that Python wrote has the same result here", () => {
    for (const given of cases("python")) expect(outcome(given), given.name).toEqual(given.result);
  });

  test("what this side wrote is what it would write now (else run `npm run golden`)", () => {
    expect(existsSync(OURS)).toBe(true);
    expect(cases("typescript")).toEqual(told());
  });

  test("every type of event is in the cases of both sides", () => {
    for (const language of ["python", "typescript"]) {
      const shown = new Set(cases(language).flatMap((one) => (one.frames ?? []).map((frame) => frame.type)));
      expect([...shown].sort()).toEqual([...DURABLE_TYPES].sort());
    }
  });
});

describe("what holds for every conversation", () => {
  const stories = Array.from({ length: 60 }, (_, seed) => new Story(seeded(100 + seed)).tell(3));

  test("a snapshot and what came after it is the later snapshot, through every window", () => {
    for (const frames of stories) {
      const end = frames.reduce<TopicState>(reduce, empty());
      for (let cut = 0; cut <= frames.length; cut += 7) {
        const early = frames.slice(0, cut).reduce<TopicState>(reduce, empty());
        for (const window of windows(early)) {
          const late = frames.slice(cut).reduce(reduce, seenFrom(early, window));
          expect(late).toEqual(seenFrom(end, window));
        }
      }
    }
  }, PATIENCE_MS);

  test("a repeated frame changes no message", () => {
    for (const frames of stories) {
      const end = frames.reduce<TopicState>(reduce, empty());
      if (end.kind !== "conversation" || end.conversation === null) continue;
      const again = frames.filter((frame) => frame.type !== "conversation_deleted").reduce<TopicState>(reduce, end);
      expect(again).toMatchObject({ messages: end.messages });
    }
  });
});

function windows(state: TopicState): number[] {
  return state.kind === "conversation" ? [0, ...state.messages.map((message) => message.position)] : [];
}

function seenFrom(state: TopicState, window: number): TopicState {
  if (state.kind !== "conversation") return state;
  return { ...state, window, messages: state.messages.filter((message) => message.position >= window) };
}
