import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { JsonValue } from "../protocol";
import { Data } from "./Data";

afterEach(cleanup);

const show = (value: JsonValue) => render(<Data value={value} label="What came back" names={new Map()} file="devices" keep="k" />);

const DEVICES = [
  { id: "1", name: "Oven", watts: 1940 },
  { id: "2", name: "Kettle", watts: 0 },
  { id: "3", name: "Hob", watts: 90 },
];

/** The first cell of every row that is drawn. */
const first = () =>
  within(screen.getByRole("table"))
    .getAllByRole("row")
    .slice(1)
    .map((row) => within(row).getAllByRole("cell")[0]?.textContent);

test("a table is sorted by its heads, numbers as numbers, and back", async () => {
  show(DEVICES);
  const head = screen.getByRole("button", { name: "watts" });
  const sorted = () => screen.getByRole("columnheader", { name: "watts" }).getAttribute("aria-sort");
  await userEvent.click(head);
  expect([first(), sorted()]).toEqual([["Kettle", "Hob", "Oven"], "ascending"]);
  await userEvent.click(head);
  expect([first(), sorted()]).toEqual([["Oven", "Hob", "Kettle"], "descending"]);
  await userEvent.click(head);
  expect([first(), sorted()]).toEqual([["Oven", "Kettle", "Hob"], null]);
});

test("the keyboard sorts too", async () => {
  show(DEVICES);
  screen.getByRole("button", { name: "name" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(first()).toEqual(["Hob", "Kettle", "Oven"]);
});

test("it is copied in the order in which it is seen, and its numbers are plain", async () => {
  const user = userEvent.setup();
  show(DEVICES);
  await user.click(screen.getByRole("button", { name: "watts" }));
  await user.click(screen.getByRole("button", { name: "Copy the table" }));
  expect(await navigator.clipboard.readText()).toBe("name\twatts\nKettle\t0\nHob\t90\nOven\t1940");
});

test("it is downloaded under the name of what made it", async () => {
  const blobs: Blob[] = [];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    blobs.push(blob as Blob);
    return "blob:here";
  });
  const names: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  show([{ name: "=1+1", watts: 1 }]);
  await userEvent.click(screen.getByRole("button", { name: "Download the table" }));
  expect(names).toEqual(["devices.csv"]);
  expect(await blobs[0]?.text()).toContain("name,watts\r\n'=1+1,1\r\n");
});

test("of ten thousand rows only those in sight are drawn, and which they are is said", () => {
  show(Array.from({ length: 10_000 }, (_, row) => ({ name: `Device ${row}`, watts: row })));
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
  expect(first().length).toBeLessThan(100);
  expect(screen.getByText("10,000 rows")).toBeTruthy();
  const box = screen.getByRole("region");
  box.scrollTop = 9_000 * 36;
  fireEvent.scroll(box);
  expect(first()).toContain("Device 9000");
  expect(first().length).toBeLessThan(100);
});

test("what a table does not show is told, and goes along with a copy", async () => {
  const user = userEvent.setup();
  show([1, 2].map((n) => ({ name: `D${n}`, a: n, b: n, c: n, d: n, e: n, note: `n${n}` })));
  expect(screen.getByText("6 of 7 columns; a copy holds all")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Copy the table" }));
  expect((await navigator.clipboard.readText()).split("\n")[0]?.split("\t")).toHaveLength(7);
});

test("numbers over time are a line with a sentence, beside their table", () => {
  show({ meter: "main", readings: Array.from({ length: 6 }, (_, hour) => ({ at: `2026-11-20T0${hour}:00:00Z`, watts: hour * 10 })) });
  expect(screen.getByRole("img", { name: /^watts: 6 values, .* between 0 and 50, the last 50\.$/ })).toBeTruthy();
  expect(screen.getByRole("table")).toBeTruthy();
  expect(screen.getByText("main")).toBeTruthy();
});

test("a list of numbers is a line, wherever it stands", () => {
  show([1, 2, 3, 4]);
  expect(screen.getByRole("img")).toBeTruthy();
  cleanup();
  show({ forecast: [1, 2, 3, 4], unit: "kWh" });
  expect(screen.getByRole("img", { name: /^forecast: / })).toBeTruthy();
});

test("nothing is said to be nothing", () => {
  show([]);
  expect(screen.getByText("Nothing.")).toBeTruthy();
});
