import { expect, test } from "vitest";
import { placeAt } from "./places";

const ID = "0199a000-0000-7000-8000-000000000002";
const PROJECT = "0199a000-0000-7000-8000-00000000000a";

test.each([
  ["/", null, null],
  ["/chat", null, null],
  ["/chat/", null, null],
  [`/chat/${ID}`, null, ID],
  [`/projects/${PROJECT}/chat`, PROJECT, null],
  [`/projects/${PROJECT}/chat/${ID}`, PROJECT, ID],
])("%s is a place to talk", (path, project, conversation) => {
  expect(placeAt(path)).toEqual({ kind: "chat", project, conversation });
});

test.each(["/chatter", "/chat/nothing", `/chat/${ID}/more`, "/projects", `/projects/${PROJECT}`, "/link"])("%s is nowhere", (path) => {
  expect(placeAt(path)).toEqual({ kind: "nowhere" });
});

test("the settings are told by their section, the first one by none", () => {
  expect(placeAt("/settings")).toEqual({ kind: "settings", section: "" });
  expect(placeAt("/settings/models")).toEqual({ kind: "settings", section: "models" });
});

test("a sign-in link is told by its token", () => {
  expect(placeAt("/link", "?token=secret")).toEqual({ kind: "link", token: "secret" });
});

test("an invitation is told by what stands behind its #, which no server sees", () => {
  expect(placeAt("/invitation", "", "#secret")).toEqual({ kind: "invitation", secret: "secret" });
  expect(placeAt("/invitation")).toEqual({ kind: "nowhere" });
});

test("what waits has a place of its own", () => {
  expect(placeAt("/inbox/")).toEqual({ kind: "inbox" });
});
