import { cleanup, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Rest } from "../../connection/rest";
import { RestError } from "../../connection/rest";
import type { RuleView } from "../../protocol/approvals";
import type { ConnectionTried, ConnectionView } from "../../protocol/connections";
import type { InvitationView, ProjectDetail, SessionView, UserView } from "../../protocol/people";
import { ADMIN, GUEST, drawn } from "../pretend";
import { Access } from "./Access";
import { Connections } from "./Connections";
import { General } from "./General";
import { People } from "./People";
import { Projects } from "./Projects";

const AT = "2026-11-20T09:00:00.000Z";
const INES: UserView = { id: "i", username: "ines", full_name: "Ines", email: null, role: "user", is_active: true, has_password: true, created_at: AT, last_login_at: null };
const OPEN: InvitationView = { id: "v", role: "guest", email: "kai@house.example", project_ids: [], status: "open", invited_by: "Robin", created_at: AT, expires_at: AT, accepted_by: null };
const HOME: ProjectDetail = {
  id: "p",
  name: "Home",
  description: "",
  status: "active",
  is_home: true,
  owner_id: null,
  owner_name: null,
  may_manage: true,
  member_count: 2,
  last_chat_at: null,
  created_at: AT,
};
const GARDEN: ProjectDetail = { ...HOME, id: "g", name: "Garden", is_home: false, owner_id: "u", owner_name: "Robin" };
const HERE: SessionView = { id: "s1", kind: "browser", is_current: true, created_at: AT, last_used_at: AT, expires_at: AT, address: "10.0.0.7", agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" };
const THERE: SessionView = { ...HERE, id: "s2", is_current: false, agent: "Mozilla/5.0 (iPhone; …) Safari/605" };
const RULE: RuleView = { id: "r", project_id: "p", project_name: "Home", tool_name: "turn_on", words: "Always here, for lights", created_at: AT };
const HA: ConnectionView = {
  id: "c",
  kind: "home_assistant",
  name: "Home Assistant",
  base_url: "http://ha.example:8123",
  host: "ha.example:8123",
  project_id: "p",
  project_name: "Home",
  is_on: true,
  state: "away",
  words: "It does not answer since 14:02 UTC, and is tried again.",
  problem: { code: "connection_away", message: "Nobody answers there. Is it running?" },
  imported: { zones: 1, rooms: 9, devices: 1231, routines: 0, at: AT },
  created_at: AT,
};

let asked: unknown[];
let refusal: RestError | null;
let tried: ConnectionTried;

beforeEach(() => {
  asked = [];
  refusal = null;
  tried = { works: true, server: "Home Assistant 2026.10.1", found: "9 rooms and 31 devices", duration_ms: 41 };
  localStorage.clear();
});
afterEach(cleanup);

function doors(changes: Partial<Rest> = {}): Partial<Rest> {
  const answer = <T,>(what: unknown[], value: T): Promise<T> => {
    asked.push(what);
    return refusal === null ? Promise.resolve(value) : Promise.reject(refusal);
  };
  return {
    system: () => Promise.resolve({ version: "1", parts: [], admins: ["Robin"] }),
    rules: () => Promise.resolve([RULE, { ...RULE, id: "s", tool_name: "set_brightness" }]),
    removeRule: (id) => answer(["ask again", id], undefined),
    changeMe: (change) => answer(["me", change], { ...ADMIN, full_name: "Robin B.", email: "r@house.example" }),
    changePassword: (password) => answer(["password", password], undefined),
    tokens: () => Promise.resolve([]),
    sessions: () => Promise.resolve([HERE, THERE]),
    endSession: (id) => answer(["end", id], undefined),
    users: () => Promise.resolve([INES]),
    changeUser: (id, change) => answer(["user", id, change], { ...INES, role: change.role ?? INES.role, is_active: change.is_active ?? true }),
    linkFor: (id) => answer(["link", id], { link: "http://house/link?token=abc", expires_at: AT }),
    invitations: () => Promise.resolve([OPEN]),
    invite: (whom) => answer(["invite", whom], { ...OPEN, id: "w", link: "http://house/invitation#secret" }),
    revokeInvitation: (id) => answer(["revoke", id], undefined),
    projects: () => Promise.resolve([HOME, GARDEN]),
    addProject: (project) => answer(["project", project], { ...GARDEN, id: "n", name: project.name }),
    changeProject: (id, change) => answer(["change", id, change], { ...GARDEN, ...(change as Partial<ProjectDetail>) }),
    members: (id) => Promise.resolve([{ user_id: "u", name: "Robin", role: "admin" }, ...(id === "p" ? [{ user_id: "i", name: "Ines", role: "user" } as const] : [])]),
    addMember: (id, name) => answer(["member", id, name], [{ user_id: "i", name: "Ines", role: "user" }]),
    connections: () => Promise.resolve([HA]),
    tryConnection: (id, trial) => answer(["try", id, trial], tried),
    connect: (connection) => answer(["connect", connection], [{ ...HA, id: "d" }]),
    changeConnection: (id, change) => answer(["connection", id, change], [{ ...HA, is_on: change.is_on ?? true }]),
    disconnect: (id) => answer(["disconnect", id], []),
    ...changes,
  };
}

const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));
const write = async (label: string, words: string) => {
  await userEvent.clear(screen.getByLabelText(label));
  await userEvent.type(screen.getByLabelText(label), words);
};

describe("oneself", () => {
  test("one reads who one is and what one may, and changes it", async () => {
    await drawn(<General look="the themes" />, doors());
    expect(screen.getByText("Admin: decides what is connected here, who answers and who comes in.")).toBeTruthy();
    await press("Change name or e-mail");
    await write("Name", "Robin B.");
    await write("E-mail", "r@house.example");
    await press("Save");
    expect(asked).toEqual([["me", { full_name: "Robin B.", email: "r@house.example" }]]);
    expect(screen.getByText("r@house.example")).toBeTruthy();
  });

  test("what needs no asking says which tool may do it, and can be asked again", async () => {
    await drawn(<General look="the themes" />, doors());
    expect(screen.getByText(/^Set brightness · Home · since /)).toBeTruthy();
    await press("Ask me again: Turn on, Always here, for lights");
    expect(asked).toEqual([["ask again", "r"]]);
    expect(document.querySelector(".toast > span")?.textContent).toBe("You are asked again before “Turn on”: “Always here, for lights” counts no more.");
    expect(screen.getAllByRole("button", { name: /^Ask me again/ })).toHaveLength(1);
  });

  test("a first password is chosen; one that is refused says why and stays", async () => {
    await drawn(<Access />, doors());
    refusal = new RestError("A password has at least 10 characters.", 400);
    await press("Choose one");
    await write("The new one", "short");
    await press("Save");
    expect(screen.getByRole("alert").textContent).toBe("A password has at least 10 characters.");
    expect(screen.getByLabelText<HTMLInputElement>("The new one").value).toBe("short");
    refusal = null;
    await press("Save");
    expect(asked.at(-1)).toEqual(["password", { password: "short" }]);
    expect(await screen.findByText(/Your password is kept/)).toBeTruthy();
  });

  test("one sees where one is signed in, and ends one or all others", async () => {
    await drawn(<Access />, doors());
    expect(screen.getByText("Firefox on Linux")).toBeTruthy();
    expect(screen.getByText("this one")).toBeTruthy();
    await press("Sign out: Safari on iPhone");
    expect(asked).toEqual([["end", "s2"]]);
    expect(screen.queryByText("Safari on iPhone")).toBeNull();
    cleanup();
    await drawn(<Access />, doors());
    await press("Sign out everywhere else");
    expect(asked.at(-1)).toEqual(["end", "s2"]);
  });
});

describe("people", () => {
  test("an admin invites somebody by a link that is seen this once", async () => {
    await drawn(<People />, doors());
    await press("Invite somebody");
    await userEvent.selectOptions(screen.getByLabelText("They come as"), "guest");
    await press("Make the link");
    expect(asked).toEqual([["invite", { role: "guest", project_ids: [] }]]);
    expect(screen.getByText("http://house/invitation#secret")).toBeTruthy();
    await press("I have kept it");
    expect(screen.queryByText("http://house/invitation#secret")).toBeNull();
  });

  test("an open invitation can be revoked", async () => {
    await drawn(<People />, doors());
    await press(/^Revoke the invitation/);
    expect(asked).toEqual([["revoke", "v"]]);
    expect(screen.getByText(/Guest · by Robin .* · revoked/)).toBeTruthy();
  });

  test("somebody gets another role, a new link, or is let in no more once that was asked", async () => {
    await drawn(<People />, doors());
    await userEvent.selectOptions(screen.getByLabelText("Role of Ines"), "guest");
    await press("A new link for Ines");
    expect(screen.getByText("http://house/link?token=abc")).toBeTruthy();
    await press("Let in no more…");
    await press("Let in no more");
    expect(asked).toEqual([
      ["user", "i", { role: "guest" }],
      ["link", "i"],
      ["user", "i", { is_active: false }],
    ]);
    expect(screen.getByRole("button", { name: "Let in again" })).toBeTruthy();
  });

  test("whoever may not decide is told who may, and nothing is asked for them", async () => {
    await drawn(<People />, doors({ users: () => Promise.reject(new RestError("No.", 403)) }), GUEST);
    expect(await screen.findByText("Only Robin can let people in, and change what they may do.")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("projects", () => {
  const MAKER = { ...ADMIN, permissions: ["projects:create"], projects: [{ id: "p", name: "Home", is_home: true, is_owner: false, is_archived: false }] };

  test("one is made, and one that lacks a name says so", async () => {
    await drawn(<Projects />, doors(), MAKER);
    await press("Make a project");
    await press("Make it");
    expect(screen.getByRole("alert").textContent).toBe("Give it a name.");
    await write("Name", "Cellar");
    await press("Make it");
    expect(asked).toEqual([["project", { name: "Cellar", description: "" }]]);
    expect(screen.getByText("Cellar")).toBeTruthy();
  });

  test("one's own is renamed, gets members and goes into the archive; the shared one does not", async () => {
    await drawn(<Projects />, doors(), MAKER);
    const acts = within(screen.getByRole("group", { name: "What to do with Garden" }));
    expect(within(screen.getByRole("group", { name: "What to do with Home" })).queryByRole("button", { name: "Archive" })).toBeNull();
    await userEvent.click(acts.getByRole("button", { name: "Change" }));
    await userEvent.selectOptions(await screen.findByLabelText("Somebody more"), "Ines");
    await press("Let in");
    expect(await screen.findByRole("button", { name: "Take out Ines" })).toBeTruthy();
    await write("What it is about", "Beds and hoses");
    await press("Save");
    await press("Archive");
    expect(asked).toEqual([
      ["member", "g", "i"],
      ["change", "g", { name: "Garden", description: "Beds and hoses" }],
      ["change", "g", { status: "archived" }],
    ]);
  });

  test("a guest reads in words that they make none", async () => {
    await drawn(<Projects />, doors(), GUEST);
    expect(await screen.findByText(/As a guest you make no projects of your own\. Robin can change/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Make a project" })).toBeNull();
  });
});

describe("connections", () => {
  test("one that is away says so, why, and what was taken over", async () => {
    await drawn(<Connections />, doors());
    expect(screen.getByText("It does not answer since 14:02 UTC, and is tried again.")).toBeTruthy();
    expect(screen.getByText("Nobody answers there. Is it running?")).toBeTruthy();
    expect(screen.getByText(/Taken over: 1 zone, 9 rooms, 1,231 devices · compared/)).toBeTruthy();
  });

  test("a new one is checked before it is kept, and its token is shown to nobody", async () => {
    await drawn(<Connections />, doors({ connections: () => Promise.resolve([]) }));
    await press("Connect Home Assistant");
    await press("Check and keep");
    expect(screen.getByRole("alert").textContent).toContain("An address begins with");
    await write("Address", "http://ha.example:8123");
    await press("Check and keep");
    expect(screen.getByRole("alert").textContent).toBe("A token is needed, made in Home Assistant.");
    await write("Token", "ey.secret");
    tried = { works: false, problem: { code: "refused", message: "It does not take this token." }, duration_ms: 3 };
    await press("Check and keep");
    expect(screen.getByText("It does not take this token.")).toBeTruthy();
    await write("Token", "ey.better");
    tried = { works: true, server: "Home Assistant 2026.10.1", found: "9 rooms and 31 devices", duration_ms: 41 };
    await press("Check");
    expect(screen.getByText("Home Assistant 2026.10.1 answered in 41 ms. 9 rooms and 31 devices would be taken over.")).toBeTruthy();
    await press("Check and keep");
    expect(asked.at(-1)).toEqual(["connect", { name: "Home Assistant", base_url: "http://ha.example:8123", token: "ey.better" }]);
    expect(document.body.innerHTML).not.toContain("ey.better");
  });

  test("one that is kept is turned off, or removed once that was asked; a new address wants its own token", async () => {
    await drawn(<Connections />, doors());
    await press("Disconnect for now");
    expect(asked.at(-1)).toEqual(["connection", "c", { is_on: false }]);
    await press("Change");
    await write("Address", "http://other.example");
    expect(screen.getByText(/A token never follows to another address/)).toBeTruthy();
    await press("Cancel");
    await press("Remove…");
    await press("Remove it");
    expect(asked.at(-1)).toEqual(["disconnect", "c"]);
  });
});
