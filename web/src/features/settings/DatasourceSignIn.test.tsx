import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SignIn } from "../../connection/datasources";
import { RestError } from "../../connection/rest";
import type { DatasourceKind, DatasourceView } from "../../protocol/datasources";
import { drawn } from "../pretend";
import { DatasourceRow } from "./DatasourceRow";
import { DatasourceSignIn, takesSignIn } from "./DatasourceSignIn";
import { linesOf, settingsFrom, shownOf } from "./datasource-draft";
import { firstWritten } from "../../ui/schema";

const AT = "2026-11-20T09:00:00.000Z";
const DESK: DatasourceView = {
  id: "d",
  project_id: "p",
  name: "desk",
  kind: "mcp",
  kind_title: "MCP server",
  description: "",
  writable: true,
  address: "https://desk.example/mcp",
  settings: { url: "https://desk.example/mcp" },
  secrets: [],
  created_at: AT,
  updated_at: AT,
  rev: 1,
};
const NOBODY: SignIn = { signed_in: false, wanted: false, personal: false, issuer: null, by: null, at: null, problem: null };
const ROBIN: SignIn = { ...NOBODY, signed_in: true, issuer: "https://auth.example/", by: "Robin", at: AT };

let stands: SignIn;
let begun: string | RestError;
let left: string[];

beforeEach(() => {
  stands = NOBODY;
  begun = "https://auth.example/authorize?state=s";
  left = [];
});
afterEach(cleanup);

async function shown() {
  const user = userEvent.setup();
  await drawn(<DatasourceSignIn datasource={DESK} leave={(url) => left.push(url)} />, {
    signInOf: () => Promise.resolve(stands),
    beginSignIn: () => (begun instanceof RestError ? Promise.reject(begun) : Promise.resolve({ url: begun })),
    endSignIn: () => {
      stands = NOBODY;
      return Promise.resolve();
    },
  });
  return user;
}

const button = (name: string) => screen.findByRole("button", { name });

test("whoever presses the button is sent to where one signs in", async () => {
  stands = { ...NOBODY, wanted: true };
  const user = await shown();
  expect(await screen.findByText("It wants somebody to sign in.")).toBeDefined();
  await user.click(await button("Sign in"));
  expect(left).toEqual(["https://auth.example/authorize?state=s"]);
});

test("nobody is sent to what is no web address", async () => {
  begun = "javascript:alert(1)";
  const user = await shown();
  await user.click(await button("Sign in"));
  expect((await screen.findByRole("alert")).textContent).toBe("It named no place to sign in.");
  expect(left).toEqual([]);
});

test("why it cannot be done is said, and can be tried again", async () => {
  begun = new RestError("It does not ask for a sign-in: it answers 200.", 501);
  const user = await shown();
  await user.click(await button("Sign in"));
  expect((await screen.findByRole("alert")).textContent).toContain("does not ask for a sign-in");
  begun = "https://auth.example/";
  await user.click(await button("Sign in"));
  expect(left).toEqual(["https://auth.example/"]);
});

test("a sign-in is shown with where and by whom, and can be ended", async () => {
  stands = ROBIN;
  const user = await shown();
  expect(await screen.findByText(/Signed in at auth.example by Robin/)).toBeDefined();
  await user.click(await button("Sign out…"));
  await user.click(await button("Sign out"));
  expect(await button("Sign in")).toBeDefined();
  expect(screen.queryByText(/Signed in at/)).toBeNull();
});

test("why a sign-in has ended stays to be seen", async () => {
  stands = { ...NOBODY, wanted: true, problem: "auth.example does not accept this sign-in any more." };
  await shown();
  expect((await screen.findByRole("alert")).textContent).toContain("any more");
});

test("it is offered where it can be needed", () => {
  expect(takesSignIn(DESK)).toBe(true);
  expect(takesSignIn({ ...DESK, secrets: ["token"] })).toBe(false);
  expect(takesSignIn({ ...DESK, settings: { program: "files" } })).toBe(false);
  expect(takesSignIn({ ...DESK, kind: "http" })).toBe(false);
});

test("who decides nothing signs in where each person does, and sees nothing of it elsewhere", async () => {
  const seen: DatasourceView = { ...DESK, settings: null, secrets: null };
  const row = <DatasourceRow datasource={seen} mayDecide={false} change={() => undefined} remove={() => undefined} />;
  await drawn(row, { signInOf: () => Promise.reject(new RestError("That is for admins.", 403)) });
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.queryByText("That is for admins.")).toBeNull();
  cleanup();
  await drawn(row, { signInOf: () => Promise.resolve({ ...ROBIN, personal: true }) });
  expect(await screen.findByText("You are signed in at auth.example.")).toBeDefined();
  expect(await button("Sign out…")).toBeDefined();
});

test("what a sign-in came to is no line of the form, and does not follow to another address", () => {
  const kind: DatasourceKind = {
    name: "mcp",
    title: "MCP server",
    settings: { type: "object", properties: { url: { type: "string" }, sign_in: { type: "string", writeOnly: true, "x-kept": true } } },
  };
  const known = { ...DESK, secrets: ["sign_in"] };
  const lines = linesOf(kind, known);
  expect(lines.map(({ name }) => name)).toEqual(["url"]);
  const written = firstWritten(lines, shownOf(kind, known));
  expect(settingsFrom(lines, written, known).settings).toEqual({ url: "https://desk.example/mcp" });
  expect(settingsFrom(lines, { url: "https://other.example/mcp" }, known).settings).toEqual({ url: "https://other.example/mcp", sign_in: null });
});
