import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { DatasourceKind, DatasourceTried, DatasourceView } from "../../protocol/datasources";
import { ADMIN, GUEST, drawn } from "../pretend";
import { Data } from "./Data";

const AT = "2026-11-20T09:00:00.000Z";
const SQL: DatasourceKind = {
  name: "sql",
  title: "SQL database",
  settings: {
    type: "object",
    required: ["dialect", "database"],
    properties: {
      dialect: { type: "string", enum: ["sqlite", "postgresql"] },
      database: { type: "string", minLength: 1, description: "Its name." },
      port: { type: "integer", default: 0 },
      password: { anyOf: [{ type: "string", format: "password", writeOnly: true }, { type: "null" }], default: null },
      tls: { type: "boolean", default: false },
      functions: { type: "array", items: { type: "string" }, default: [] },
    },
  },
};
const NOTES: DatasourceKind = { name: "notes", title: "Notes", settings: { type: "object", required: ["place"], properties: { place: { type: "string" } } } };
const SHOP: DatasourceView = {
  id: "s",
  project_id: "p",
  name: "shop",
  kind: "sql",
  kind_title: "SQL database",
  description: "Customers and orders",
  writable: true,
  address: "postgresql://reader@db:5432/shop",
  settings: { dialect: "postgresql", database: "shop", port: 5433, tls: true, functions: [] },
  secrets: ["password"],
  created_at: AT,
  updated_at: AT,
  rev: 1,
};

const PROJECTS = [{ id: "p", name: "Home", is_home: true, is_owner: false, is_archived: false }];
const ROBIN = { ...ADMIN, projects: PROJECTS };

let asked: unknown[];
let there: DatasourceView[];
let kinds: DatasourceKind[];
let ownKinds: DatasourceKind[];
let tried: DatasourceTried | RestError;
let refusal: RestError | null;

beforeEach(() => {
  asked = [];
  there = [SHOP];
  kinds = [SQL];
  ownKinds = [];
  tried = { works: true, words: "PostgreSQL 15 answers. 2 tables can be read.", duration_ms: 41 };
  refusal = null;
});
afterEach(cleanup);

function doors(): Partial<Rest> {
  const answer = <T,>(what: unknown[], value: () => T): Promise<T> => {
    asked.push(what);
    return refusal === null ? Promise.resolve(value()) : Promise.reject(refusal);
  };
  return {
    system: () => Promise.resolve({ version: "1", parts: [], admins: ["Robin"] }),
    datasources: () => Promise.resolve({ datasources: there, kinds, own_kinds: ownKinds }),
    tryDatasource: (_, id, trial) => {
      asked.push(["try", id, trial]);
      return tried instanceof RestError ? Promise.reject(tried) : Promise.resolve(tried);
    },
    addDatasource: (project, one) => answer(["add", project, one], () => (there = [...there, { ...SHOP, id: "n", name: one.name }])[there.length - 1] ?? SHOP),
    changeDatasource: (_, id, change) => answer(["change", id, change], () => SHOP),
    removeDatasource: (_, id) =>
      answer(["remove", id], () => {
        there = [];
      }),
  };
}

const button = (name: string) => screen.getByRole("button", { name });
const line = (name: string | RegExp) => screen.getByLabelText(name);

async function opened() {
  const user = userEvent.setup();
  await drawn(<Data />, doors(), ROBIN);
  await screen.findByText("shop");
  return user;
}

test("everybody in a project sees what it works with, and who may give it more", async () => {
  kinds = [];
  await drawn(<Data />, doors(), { ...GUEST, projects: PROJECTS });
  expect(await screen.findByText("Customers and orders")).toBeDefined();
  expect(await screen.findByText(/Only Robin can give a project/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "Add a datasource" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
});

test("a project without any says so", async () => {
  there = [];
  await drawn(<Data />, doors(), ROBIN);
  expect(await screen.findByText(/works with nothing else yet/)).toBeDefined();
});

test("what is written is tried out and then kept, and only what was written is sent", async () => {
  const user = await opened();
  await user.click(button("Add a datasource"));
  await user.type(line("Name"), " books ");
  await user.type(line("Database"), "books.db");
  await user.click(button("Check and keep"));
  const settings = { dialect: "sqlite", database: "books.db", tls: false };
  expect(asked).toEqual([
    ["try", null, { kind: "sql", settings, is_mine: false }],
    ["add", "p", { name: "books", description: "", writable: false, kind: "sql", settings, is_mine: false }],
  ]);
  expect(await screen.findByText("books")).toBeDefined();
  expect(screen.queryByLabelText("Database")).toBeNull();
});

test("what cannot be reached is not kept, and what was written stays", async () => {
  tried = { works: false, problem: { code: "unavailable", message: "Nobody answers at db:5432." }, duration_ms: 9 };
  const user = await opened();
  await user.click(button("Add a datasource"));
  await user.type(line("Name"), "books");
  await user.type(line("Database"), "books.db");
  await user.click(button("Check and keep"));
  expect(await screen.findByText("Nobody answers at db:5432.")).toBeDefined();
  expect(asked).toHaveLength(1);
  expect((line("Database") as HTMLInputElement).value).toBe("books.db");
});

test("what came of a trial is gone when something else is written", async () => {
  const user = await opened();
  await user.click(button("Add a datasource"));
  await user.type(line("Database"), "books.db");
  await user.click(button("Check"));
  expect(await screen.findByText(/2 tables can be read. It took 41 ms/)).toBeDefined();
  await user.type(line("Database"), "x");
  expect(screen.queryByText(/2 tables can be read/)).toBeNull();
});

test("what is missing is said beside its line, and nothing is sent", async () => {
  const user = await opened();
  await user.click(button("Add a datasource"));
  await user.type(line(/^Port/), "many");
  await user.click(button("Check"));
  expect(screen.getByText("Write a whole number, such as 70.")).toBeDefined();
  expect(screen.getByText("This is needed.")).toBeDefined();
  await user.clear(line(/^Port/));
  await user.type(line("Database"), "books.db");
  await user.click(button("Check and keep"));
  expect(screen.getByText("A name is needed, by which it can be asked for.")).toBeDefined();
  expect(asked).toEqual([]);
});

test("a secret that is kept stays when nothing is written, and what is emptied is taken away", async () => {
  const user = await opened();
  await user.click(button("Change"));
  const secret = line(/^Password/) as HTMLInputElement;
  expect([secret.type, secret.value]).toEqual(["password", ""]);
  expect(screen.getByText(/What is kept stays when you leave this empty/)).toBeDefined();
  await user.clear(line(/^Port/));
  await user.click(button("Check and keep"));
  const settings = { dialect: "postgresql", database: "shop", port: null, tls: true, functions: null };
  expect(asked[0]).toEqual(["try", "s", { kind: "sql", settings, is_mine: false }]);
  expect(asked[1]).toEqual(["change", "s", { name: "shop", description: "Customers and orders", writable: true, settings }]);
});

test("a refusal is said, and the form stays as it is", async () => {
  refusal = new RestError("This project has a datasource called “shop” already.", 409);
  const user = await opened();
  await user.click(button("Change"));
  await user.click(button("Check and keep"));
  expect((await screen.findByRole("alert")).textContent).toContain("called “shop” already");
  expect((line("Database") as HTMLInputElement).value).toBe("shop");
});

test("another kind brings its own lines, with nothing written in them", async () => {
  kinds = [SQL, NOTES];
  const user = await opened();
  await user.click(button("Add a datasource"));
  await user.type(line("Database"), "books.db");
  await user.selectOptions(line("Kind"), "Notes");
  expect(screen.queryByLabelText("Database")).toBeNull();
  expect((line("Place") as HTMLInputElement).value).toBe("");
  await user.selectOptions(line("Kind"), "SQL database");
  expect((line("Database") as HTMLInputElement).value).toBe("");
});

test("removing asks first", async () => {
  const user = await opened();
  await user.click(button("Remove…"));
  expect(asked).toEqual([]);
  const sure = within(screen.getByRole("group", { name: /Remove shop\?/ }));
  await user.click(sure.getByRole("button", { name: "Remove it" }));
  expect(asked).toEqual([["remove", "s"]]);
  expect(await screen.findByText(/works with nothing else yet/)).toBeDefined();
});

test("who may decide nothing for the project adds something for themselves alone, and changes only that", async () => {
  kinds = [];
  ownKinds = [NOTES];
  there = [SHOP, { ...SHOP, id: "m", name: "mine", kind: "notes", is_mine: true, settings: { place: "desk" }, secrets: [] }];
  const user = userEvent.setup();
  await drawn(<Data />, doors(), { ...GUEST, projects: PROJECTS });
  expect(await screen.findByText(/only you see and use it/)).toBeDefined();
  expect(screen.getAllByRole("button", { name: "Change" })).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Add a datasource" })).toBeNull();
  await user.click(button("Add one for yourself alone"));
  await user.type(line("Name"), "notes");
  await user.type(line("Place"), "attic");
  await user.click(button("Check and keep"));
  expect(asked).toEqual([
    ["try", null, { kind: "notes", settings: { place: "attic" }, is_mine: true }],
    ["add", "p", { name: "notes", description: "", writable: false, kind: "notes", settings: { place: "attic" }, is_mine: true }],
  ]);
});
