import { beforeEach, describe, expect, test } from "vitest";
import { draftKey, keptIn, recalled, remembered } from "./keep";
import { Outbox } from "./outbox";
import { shelfOver } from "./shelf";

beforeEach(() => localStorage.clear());

const shelf = shelfOver(() => localStorage);

function outbox(user = "robin"): Outbox {
  const made = new Outbox(keptIn(shelf), () => undefined);
  made.open(user);
  return made;
}

const message = (client_message_id: string, conversation_id: string | null = "c") =>
  ({ type: "send_message", content: client_message_id, client_message_id, conversation_id }) as const;
const words = (of: Outbox) => of.entries.map((entry) => entry.command.content);

/** What another tab does to what is kept reaches this one as the browser tells it. */
function told(act: () => void): void {
  const before = new Map(shelf.keys().map((key) => [key, shelf.getItem(key)]));
  act();
  for (const key of new Set([...before.keys(), ...shelf.keys()])) {
    const newValue = shelf.getItem(key);
    if (newValue !== before.get(key)) dispatchEvent(new StorageEvent("storage", { key, newValue, storageArea: localStorage }));
  }
}

describe("what waits to go out", () => {
  test("is there when its tab was closed, in the order of writing, for the same person", () => {
    const closed = outbox();
    closed.put(message("one"), 5);
    closed.put(message("two"), 5);
    closed.put(message("three"), 4);
    expect(words(outbox())).toEqual(["one", "two", "three"]);
    expect(outbox("ines").entries).toEqual([]);
    expect(words(outbox())).toEqual(["one", "two", "three"]);
  });

  test("is gone from every tab once one of them has delivered it or taken it back", () => {
    outbox().put(message("one"), 1);
    const [here, there] = [outbox(), outbox()];
    told(() => here.drop(new Set(["one"])));
    expect(there.entries).toEqual([]);
    expect(outbox().entries).toEqual([]);
  });

  test("learns from another tab which conversation it belongs to", () => {
    const first = outbox();
    first.put(message("one", null), 1);
    first.put(message("two", null), 2, "one");
    const second = outbox();
    const ack = { type: "ack", reply_to: "one", ids: { conversation_id: "new" }, seq: 1, duplicate: false, timestamp: "" } as const;
    told(() => first.acknowledged(ack));
    told(() => first.drop(new Set(["one"])));
    expect(second.entries).toMatchObject([{ behind: null, command: { content: "two", conversation_id: "new" } }]);
  });

  test("counts as nothing where it cannot be read", () => {
    localStorage.setItem("parlour.outbox.robin.x", "{");
    localStorage.setItem("parlour.outbox.robin.y", '{"state":"sent"}');
    expect(outbox().entries).toEqual([]);
  });
});

test("what was being written is forgotten when its writer signs out, and nobody else's is", () => {
  remembered(shelf, draftKey("robin", "new"), "private");
  remembered(shelf, draftKey("ines", "new"), "hers");
  const keep = keptIn(shelf);
  keep.open("robin");
  keep.forgetDrafts();
  expect(recalled(shelf, draftKey("robin", "new"))).toBeNull();
  expect(recalled(shelf, draftKey("ines", "new"))).toBe("hers");
});

