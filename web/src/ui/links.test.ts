import { expect, test } from "vitest";
import { placeToShow, safeAddress } from "./links";

test("an address is safe by its scheme alone", () => {
  expect(safeAddress("https://example.org")).toBe("https://example.org/");
  for (const address of [undefined, "", "ftp://example.org", " javascript:1", "java\nscript:1", "//example.org"]) {
    expect(safeAddress(address)).toBeNull();
  }
});

test.each([
  ["https://evil.example/login", "https://bank.example", "evil.example"],
  ["https://evil.example/", "bank.example", "evil.example"],
  ["https://bank.example@evil.example/", "https://bank.example@evil.example/", "evil.example"],
  ["https://evil.example/", "\u202eelpmaxe.knab", "evil.example"],
  ["https://xn--bnk-5cd.example/", "bаnk.example", "xn--bnk-5cd.example"],
  ["mailto:eve@evil.example", "bob@bank.example", "eve@evil.example"],
])("a link to %s that reads %s says where it leads", (address, words, place) => {
  expect(placeToShow(address, words)).toBe(place);
});

test.each([
  ["https://example.org/a", "https://example.org/a"],
  ["https://www.example.org/", "example.org"],
  ["https://example.org/manual", "the manual"],
  ["mailto:bob@bank.example", "write to Bob"],
  ["mailto:bob@bank.example", "bob@bank.example"],
])("a link to %s that reads %s hides nothing", (address, words) => {
  expect(placeToShow(address, words)).toBeNull();
});
