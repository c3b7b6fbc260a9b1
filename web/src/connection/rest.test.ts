import { expect, test } from "vitest";
import { restAt } from "./rest";

/** A server that answers everything with this. */
const answering = (answer: Response) => restAt("", () => Promise.resolve(answer));

test("an answer that breaks off is told in words, and not called undone", async () => {
  const broken = new ReadableStream({
    pull: (stream) => {
      stream.error(new TypeError("terminated"));
    },
  });
  const why = "The server’s answer did not arrive whole. It may have done what was asked: please look before you try again.";
  await expect(answering(new Response(broken)).rules()).rejects.toMatchObject({ message: why, status: 0 });
});

test("a page that answers in the place of the server is not taken for its answer", async () => {
  const page = new Response("<h1>Please sign in to this network</h1>", { status: 200 });
  await expect(answering(page).me()).rejects.toMatchObject({ name: "Error", status: 0, message: expect.stringContaining("cannot be reached") as string });
});

test("what answers nothing is an answer", async () => {
  await expect(answering(new Response(null, { status: 204 })).signOut()).resolves.toBeNull();
});

test("what nobody answered is called undone only where it was a question", async () => {
  const lost = restAt("", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(lost.rules()).rejects.toMatchObject({ message: expect.stringContaining("Nothing was changed") as string });
  const why = "No answer came: the server cannot be reached just now. Please look whether it was done before you try again.";
  const page = answering(new Response("<h1>Please sign in to this network</h1>", { status: 200 }));
  for (const rest of [lost, page]) await expect(rest.makeToken({ name: "laptop" })).rejects.toMatchObject({ message: why, status: 0 });
});
