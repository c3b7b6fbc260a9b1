import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { AbilityList, Component, SystemStatus } from "../../protocol/system";
import { ADMIN, GUEST, drawn } from "../pretend";
import { System } from "./System";

const AT = "2026-11-20T09:00:00.000Z";
const STORE: Component = { kind: "store", name: "SQLite", state: "ok", words: "It answers in 0.4 ms.", where: null };
const SHOP: Component = { kind: "datasource", name: "shop", state: "down", words: "It does not answer. Settings → Data tries it out.", where: "Garden" };
const MODEL: Component = { kind: "model", name: "openai/gpt", state: "unknown", words: "Nobody has asked it.", where: null };
const STATUS: SystemStatus = {
  status: "degraded",
  at: AT,
  version: "0.1.0",
  started_at: AT,
  models_total: 2,
  models_active: 2,
  memory_bytes: 1,
  disk_free_bytes: 1,
  components: [STORE, SHOP, MODEL],
};
const ABILITIES: AbilityList = {
  role: "admin",
  abilities: [
    { name: "search_entities", description: "Find anything.\n\nMore for models.", effect: "read", roles: ["admin", "moderator", "user", "guest"] },
    { name: "control_devices", description: "Switch devices.", effect: "control", roles: ["admin", "moderator", "user"] },
    { name: "ring", description: "Ring.", effect: "destructive", roles: ["admin"] },
  ],
};
const HOME = { id: "p", name: "Home", is_home: true, is_owner: false, is_archived: false };
const GARDEN = { id: "g", name: "Garden", is_home: false, is_owner: true, is_archived: false };

let looked: number;
let asked: string[];

beforeEach(() => {
  looked = 0;
  asked = [];
});
afterEach(cleanup);

function doors(status: SystemStatus | null = STATUS): Partial<Rest> {
  return {
    status: () => {
      looked += 1;
      return status === null ? Promise.reject(new RestError("The server is away.", 503)) : Promise.resolve(status);
    },
    abilities: (project) => {
      asked.push(project);
      return Promise.resolve(ABILITIES);
    },
  };
}

const ANYBODY = { projects: [HOME, GARDEN] };

test("what is not as it should be stands first, with what to do about it and in words beside its colour", async () => {
  await drawn(<System />, doors(), { ...ADMIN, ...ANYBODY });
  expect(await screen.findByText("Something is not as it should be.")).toBeDefined();
  expect(screen.getAllByRole("heading", { level: 3 }).map((one) => one.textContent)).toEqual([
    "To be looked at",
    "What is kept",
    "Models",
    "Looked up",
    "Switched and set",
    "Taken away, or not known",
  ]);
  const [shop, store, model] = screen.getAllByRole("listitem").map((one) => one.textContent);
  expect(shop).toContain("shop in Garden");
  expect(shop).toContain("Settings → Data tries it out.");
  expect(shop).toContain("does not work");
  expect(store).toContain("works");
  expect(model).toContain("not known");
});

test("it is looked anew when somebody wants it, and what cannot be had says so", async () => {
  const user = userEvent.setup();
  await drawn(<System />, doors(), { ...ADMIN, ...ANYBODY });
  await user.click(await screen.findByRole("button", { name: "Look again" }));
  expect(looked).toBe(2);
  cleanup();
  await drawn(<System />, doors(null), { ...ADMIN, ...ANYBODY });
  expect(await screen.findByText(/The server is away\./)).toBeDefined();
});

test("somebody who is no admin sees what can be done, and nothing of how the server does", async () => {
  await drawn(<System />, doors(), { ...GUEST, ...ANYBODY });
  expect(await screen.findByRole("heading", { name: "What can be done here" })).toBeDefined();
  expect(screen.queryByRole("heading", { name: "How it does" })).toBeNull();
  expect(looked).toBe(0);
});

test("what can be done says what comes of it and who else may, project by project", async () => {
  const user = userEvent.setup();
  await drawn(<System />, doors(), { ...GUEST, ...ANYBODY });
  const rows = await screen.findAllByRole("listitem");
  expect(rows.map((row) => row.textContent)).toEqual(["Search entitiesFind anything.Everybody", "Control devicesSwitch devices.Everybody but guests", "RingRing.Admins"]);
  expect(within(screen.getByRole("region", { name: "What can be done here" })).getByText("Asked about first, every time.")).toBeDefined();
  await user.selectOptions(screen.getByLabelText("Project"), "Garden");
  expect(asked).toEqual(["p", "g"]);
});
