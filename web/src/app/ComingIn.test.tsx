import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RestError } from "../connection/rest";
import type { Account } from "../protocol";
import { Played } from "./played";

let page: Played;

beforeEach(() => {
  localStorage.clear();
  page = new Played();
});
afterEach(cleanup);

const ACCOUNT: Account = { user_id: "u", username: "robin", full_name: "Robin", role: "guest", permissions: ["tools:read"], projects: [] };

describe("somebody with a password", () => {
  test("comes in where they stand; a wrong one says so and stays written", async () => {
    page.me = null;
    let isRight = false;
    const wrong = new RestError("That name and password do not belong together.", 401);
    page.doors = { logIn: () => (isRight ? Promise.resolve((page.me = page.robin())) : Promise.reject(wrong)) };
    await page.opens("/settings/access");
    await userEvent.type(screen.getByLabelText("Name or e-mail"), "robin");
    await userEvent.type(screen.getByLabelText("Password"), "wrong{Enter}");
    await page.heard();
    expect(screen.getByRole("alert").textContent).toBe("That name and password do not belong together.");
    expect(screen.getByLabelText<HTMLInputElement>("Name or e-mail").value).toBe("robin");
    isRight = true;
    await userEvent.type(screen.getByLabelText("Password"), "{Enter}");
    await page.heard();
    expect(location.pathname).toBe("/settings/access");
    expect(screen.getByRole("navigation", { name: "Conversations" })).toBeTruthy();
  });
});

test("whoever comes in where somebody else is signed in has a line of their own, and nothing goes over the other's", async () => {
  page.doors = { signIn: () => Promise.resolve((page.me = { ...page.robin(), user_id: "kai", username: "kai", full_name: "Kai" })) };
  await page.opens("/link?token=for-kai");
  const before = page.lines.last;
  const asked = before.sent.length;
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await page.heard();
  expect(screen.getByText("Kai · admin ⌄")).toBeTruthy();
  expect(before.closed).toBe(1000);
  expect(before.sent.length).toBe(asked);
  expect(page.lines.made.length).toBe(2);
  await page.greets();
  expect(page.lines.last.heard("subscribe").map(({ topic }) => topic)).toContain("user:kai");
});

test("whose browser somebody else signed in meanwhile is out when the line comes back, and nothing goes out as the other", async () => {
  await page.opens("/chat");
  await page.heard(() => page.lines.last.drop());
  await userEvent.type(screen.getByLabelText("Message"), "For my eyes{Enter}");
  page.me = { ...page.robin(), user_id: "kai", username: "kai", full_name: "Kai" };
  await page.passes(1_000);
  expect(page.lines.made.length).toBe(2);
  await page.greets();
  expect(screen.getByText(/^Somebody else has signed in in this browser/)).toBeTruthy();
  expect(screen.queryByText("For my eyes")).toBeNull();
  expect(page.lines.last.sent).toEqual([]);
});

describe("somebody who is invited", () => {
  const promised = { role: "user", email: null, invited_by: "Robin", projects: ["Home", "Garden"], expires_at: "2026-11-27T09:00:00.000Z" } as const;

  test("reads what they would be, chooses a name and is in", async () => {
    page.me = null;
    let answered: unknown = null;
    page.doors = {
      invitation: () => Promise.resolve({ ...promised, projects: [...promised.projects] }),
      accept: (answer) => {
        answered = answer;
        return Promise.resolve((page.me = page.robin()));
      },
    };
    await page.opens("/invitation#secret");
    expect(screen.getByText("Robin invites you. You would be a user here, in “Home” and “Garden”.")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Come in" }));
    expect(screen.getByRole("alert").textContent).toBe("Choose a name to sign in with.");
    await userEvent.type(screen.getByLabelText("Name to sign in with"), "kai");
    await userEvent.click(screen.getByRole("button", { name: "Come in" }));
    await page.heard();
    expect(answered).toEqual({ secret: "secret", username: "kai", full_name: "" });
    expect(location.pathname).toBe("/chat");
  });

  test("with another link in the same tab reads what that one promises", async () => {
    page.me = null;
    page.doors = {
      invitation: (secret) =>
        secret === "old" ? Promise.reject(new RestError("This invitation was used before or has expired.", 404)) : Promise.resolve({ ...promised, projects: ["Home"] }),
    };
    await page.opens("/invitation#old");
    expect(screen.getByRole("alert").textContent).toContain("This invitation was used before or has expired.");
    await page.heard(() => {
      location.hash = "new";
    });
    expect(await screen.findByText("Robin invites you. You would be a user here, in “Home”.")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("too late is told why", async () => {
    page.me = null;
    page.doors = { invitation: () => Promise.reject(new RestError("This invitation was used before or has expired.", 404)) };
    await page.opens("/invitation#secret");
    expect(screen.getByRole("alert").textContent).toContain("This invitation was used before or has expired.");
  });
});

test("whoever becomes a guest while the page is open is one at once, and is told so", async () => {
  page.me = { ...page.robin(), permissions: ["house:manage"] };
  await page.opens("/settings/people");
  await page.list([]);
  await page.hears({ type: "account_updated", account: ACCOUNT });
  expect(screen.getByText("You are a guest here now.")).toBeTruthy();
  expect(await screen.findByText(/Only .* can let people in/)).toBeTruthy();
  expect(screen.getByText("Robin · guest ⌄")).toBeTruthy();
  expect(screen.queryByRole("link", { name: "Connections" })).toBeNull();
});

test("whoever is taken out of a project while they are in it finds it gone", async () => {
  const garden = { id: "0199a000-0000-7000-8000-00000000000a", name: "Garden", is_home: false, is_owner: false, is_archived: false };
  page.me?.projects.push(garden);
  await page.opens(`/projects/${garden.id}/chat`);
  await page.list([]);
  expect(screen.getByLabelText("Begins in: Garden")).toBeTruthy();
  await page.hears({ type: "account_updated", account: { ...ACCOUNT, role: "admin" } });
  expect(screen.getByRole("heading", { name: "This project is not here" })).toBeTruthy();
});
