import { beforeEach, expect, test } from "vitest";
import type { Whose } from "../connection/deciding";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import type { Rest } from "../connection/rest";
import { RestError, restAt } from "../connection/rest";
import type { EffectiveModels, ModelSettings, ModelSettingsView } from "../protocol/effective";
import { ADMIN, BUILT_IN, IN_FORCE } from "../features/pretend";
import { NO_PARAMETERS } from "./parameters";
import { createRoom } from "./room";
import { at } from "./story";

const TALK = "11111111-1111-7111-8111-111111111111";
const HERE = { conversation: TALK, project: null };
const SLOW = [3, 2, 1];

let clock: HandClock;
let lines: HandLines;
let looks: ((found: EffectiveModels) => void)[];
let kept: string[];
let room: ReturnType<typeof createRoom>;

/** Lets what is on its way arrive. */
const settled = () => new Promise((done) => setTimeout(done, 0));

function said(changes: Partial<Rest>): ReturnType<typeof createRoom> {
  const nobody = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
  const doors: Partial<Rest> = {
    me: () => Promise.resolve(ADMIN),
    models: () => Promise.resolve([]),
    effective: () => new Promise((done) => looks.push(done)),
    ...changes,
  };
  return createRoom({ rest: { ...nobody, ...doors }, open: lines.open, clock, keep: NOTHING_KEPT });
}

const named = (model: string): EffectiveModels => ({ ...IN_FORCE, model });
const model = () => room.store.getState().effective?.model;

/** What every scope holds; what is decided there takes the longer the earlier it is asked. */
function slowly(): Partial<Rest> {
  const slow = [...SLOW];
  let held: ModelSettingsView = { settings: {}, version: 0, may_change: true };
  return {
    effective: () => Promise.resolve(named(held.settings.model ?? "nobody")),
    modelSettings: () => Promise.resolve(held),
    decideModels: async (_: Whose, { settings, version }: { settings: ModelSettings; version: number }) => {
      for (let waits = slow.shift() ?? 0; waits > 0; waits -= 1) await settled();
      if (version !== held.version) throw new RestError("This changed a moment ago.", 409, "moved");
      held = { ...held, settings, version: version + 1 };
      kept.push(settings.model ?? "");
      return held;
    },
  };
}

beforeEach(async () => {
  clock = new HandClock();
  lines = new HandLines();
  looks = [];
  kept = [];
  room = said({});
  await room.acts.start();
  lines.last.greet();
  clock.pass(16);
});

function changed(topic: string, seq = 1): void {
  lines.last.say({ type: "model_settings_changed", version: 1, topic, from_seq: seq, seq, timestamp: at(0) });
}

test("choices that follow each other quickly are kept in their order, and the last one counts", async () => {
  room = said(slowly());
  await room.acts.start();
  await room.acts.settle(HERE);
  await Promise.all(["one", "two", "three"].map((one) => room.acts.choose(one)));
  expect(kept).toEqual(["one", "two", "three"]);
  expect(room.store.getState()).toMatchObject({ effective: { model: "three" }, planned: {} });
});

test("a choice that is refused holds none back that was made after it", async () => {
  let refusals = 1;
  const doors = slowly();
  const decides = doors.decideModels;
  room = said({
    ...doors,
    decideModels: (whose, settings) => {
      if (refusals > 0) return Promise.reject(new RestError("Not now.", 409, `not_now ${String(refusals--)}`));
      return decides?.(whose, settings) ?? Promise.reject(new Error("nobody decides"));
    },
  });
  await room.acts.start();
  await room.acts.settle(HERE);
  await Promise.all([room.acts.choose("one"), room.acts.choose("two")]);
  expect(kept).toEqual(["two"]);
  expect(room.store.getState().toasts.map(({ words }) => words)).toEqual(["Not now."]);
  expect(model()).toBe("two");
});

test("what was chosen in another window for what is open, or for oneself, is seen here", async () => {
  void room.acts.settle(HERE);
  looks.shift()?.(named("before"));
  await settled();
  changed(`conversation:${TALK}`);
  looks.shift()?.(named("after"));
  await settled();
  expect(model()).toBe("after");
  changed("user:u");
  expect(looks).toHaveLength(1);
  changed("conversation:22222222-2222-7222-8222-222222222222");
  expect(looks).toHaveLength(1);
});

test("what was chosen while the line was lost is seen when it is back", async () => {
  void room.acts.settle(HERE);
  looks.shift()?.(named("before"));
  await settled();
  lines.last.drop();
  clock.pass(1_000);
  expect(looks).toHaveLength(0);
  lines.last.greet();
  clock.pass(16);
  looks.shift()?.(named("after"));
  await settled();
  expect(model()).toBe("after");
});

test("a reading that comes late does not take the place of a later one", async () => {
  void room.acts.settle(HERE);
  changed(`conversation:${TALK}`);
  const [first, second] = looks;
  second?.(named("later"));
  await settled();
  first?.(named("earlier"));
  await settled();
  expect(model()).toBe("later");
});

test("what was read of who may answer before somebody else was made to does not take its place", async () => {
  let decided: string | null = "before";
  const readings: (() => void)[] = [];
  room = said({
    effective: () => Promise.resolve(named("nobody")),
    models: () => {
      const seen = [{ ...BUILT_IN, id: decided ?? "", is_default: true }];
      return new Promise((done) => readings.push(() => done(seen)));
    },
    makeDefault: (model) => {
      decided = model;
      return Promise.resolve();
    },
  });
  await room.acts.start();
  const done = room.acts.makeDefault("after");
  await settled();
  for (const arrives of readings.reverse()) {
    arrives();
    await settled();
  }
  await done;
  expect(room.store.getState().models.map(({ id }) => id)).toEqual(["after"]);
});

test("what is asked again names what was chosen as long as that is not kept, in other words too", async () => {
  room = said({ modelSettings: () => new Promise(() => {}) });
  await room.acts.start();
  lines.last.greet();
  void room.acts.settle(HERE);
  void room.acts.choose("den/small");
  void room.acts.chooseHow({ ...NO_PARAMETERS, temperature: 1 });
  void room.acts.askInWords("q", "In other words");
  void room.acts.regenerate("a");
  void room.acts.regenerate("a", "built-in");
  const wished = { parameters: { ...NO_PARAMETERS, temperature: 1 } };
  expect(lines.last.heard("regenerate")).toMatchObject([
    { message_id: "q", content: "In other words", model: "den/small", ...wished },
    { message_id: "a", model: "den/small", ...wished },
    { message_id: "a", model: "built-in", ...wished },
  ]);
});
