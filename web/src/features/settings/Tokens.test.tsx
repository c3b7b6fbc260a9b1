import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { TokenView } from "../../protocol/rest";
import { drawn } from "../pretend";
import { Tokens } from "./Tokens";

let tokens: TokenView[];
let refusal: RestError | null;

beforeEach(() => {
  tokens = [{ id: "t1", name: "the wall tablet", created_at: "2026-11-02T10:00:00.000Z", expires_at: null, last_used_at: null }];
  refusal = null;
});
afterEach(cleanup);

function doors(): Partial<Rest> {
  const answer = <T,>(value: () => T): Promise<T> => (refusal === null ? Promise.resolve(value()) : Promise.reject(refusal));
  return {
    tokens: () => Promise.resolve(tokens),
    makeToken: ({ name }) => answer(() => ({ id: "t2", name, created_at: "2026-11-20T10:00:00.000Z", expires_at: null, last_used_at: null, token: "pk_secret" })),
    revokeToken: () => answer(() => undefined),
  };
}

test("a token is made once, however often its button is pressed", async () => {
  let count = 0;
  const makeToken = (): Promise<never> => {
    count += 1;
    return new Promise(() => undefined);
  };
  await drawn(<Tokens />, { ...doors(), makeToken });
  await userEvent.type(screen.getByLabelText("A new token for"), "my laptop");
  await userEvent.dblClick(screen.getByRole("button", { name: "Make it" }));
  await userEvent.type(screen.getByLabelText("A new token for"), "{Enter}");
  expect(count).toBe(1);
});

test("a new token is shown this once, can be copied, and is gone when one has kept it", async () => {
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  await drawn(<Tokens />, doors());
  await userEvent.type(screen.getByLabelText("A new token for"), "my laptop{Enter}");
  expect(await screen.findByText("pk_secret")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Copy" }));
  expect(write).toHaveBeenCalledWith("pk_secret");
  expect(screen.getByText("my laptop")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "I have kept it" }));
  expect(document.body.innerHTML).not.toContain("pk_secret");
  expect(screen.getByText("my laptop")).toBeTruthy();
});

test("a token needs a name, and one that could not be made keeps the name that was written", async () => {
  await drawn(<Tokens />, doors());
  await userEvent.click(screen.getByRole("button", { name: "Make it" }));
  expect(screen.getByText("Give it a name, such as what will use it.")).toBeTruthy();
  refusal = new RestError("The server cannot be reached just now.", 0);
  await userEvent.type(screen.getByLabelText("A new token for"), "my laptop{Enter}");
  expect(await screen.findByText("The server cannot be reached just now.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("A new token for").value).toBe("my laptop");
});

test("a token is revoked after a question", async () => {
  await drawn(<Tokens />, doors());
  await userEvent.click(await screen.findByRole("button", { name: "Revoke…" }));
  expect(screen.getByRole("group", { name: /Revoke “the wall tablet”\?/ })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Revoke it" }));
  expect(await screen.findByText("There is none yet.")).toBeTruthy();
});
