import { beforeEach, expect, test } from "vitest";
import { choiceIn, keptIn, recalled, remembered } from "./keep";

beforeEach(() => sessionStorage.clear());

test("what was written is there after a reload, for the same person", () => {
  const keep = keptIn(sessionStorage);
  keep.claim("robin");
  keep.save([]);
  remembered(sessionStorage, "parlour.draft.new", "half a sen");
  expect(keptIn(sessionStorage).claim("robin")).toBe(false);
  expect(recalled(sessionStorage, "parlour.draft.new")).toBe("half a sen");
});

test("nothing of one person is there for the next", () => {
  keptIn(sessionStorage).claim("robin");
  remembered(sessionStorage, "parlour.draft.new", "private");
  expect(keptIn(sessionStorage).claim("ines")).toBe(true);
  expect(recalled(sessionStorage, "parlour.draft.new")).toBeNull();
});

test("what cannot be read counts as nothing", () => {
  sessionStorage.setItem("parlour.outbox", "{");
  expect(keptIn(sessionStorage).load()).toEqual([]);
});

test("who was chosen to answer is chosen after a reload, until nobody in particular is", () => {
  expect(choiceIn(sessionStorage).load()).toBeNull();
  choiceIn(sessionStorage).save("openai/fake");
  expect(choiceIn(sessionStorage).load()).toBe("openai/fake");
  choiceIn(sessionStorage).save(null);
  expect(choiceIn(sessionStorage).load()).toBeNull();
});
