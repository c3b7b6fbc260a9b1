/** How the parts of a house do, and what can be done there, in words. */

import type { Effect, UserRole } from "../../protocol";
import type { Component, ComponentKind, ComponentState, SystemStatus } from "../../protocol/system";
import { ROLES } from "./roles";

export const STANDS: Record<ComponentState, string> = {
  ok: "works",
  degraded: "not as it should be",
  down: "does not work",
  off: "off",
  unknown: "not known",
};

export const OVERALL: Record<SystemStatus["status"], string> = {
  ok: "Everything that was looked at works.",
  degraded: "Something is not as it should be.",
  down: "Nothing can be answered just now.",
};

const TITLES: Record<ComponentKind, string> = {
  store: "What is kept",
  disk: "This machine",
  memory: "This machine",
  server: "Servers",
  announcements: "Servers",
  job: "In the background",
  model: "Models",
  datasource: "Data",
  connection: "Connections",
  plugin: "Plugins",
};

/** The parts under their titles, in the order in which they came. */
export function grouped(components: readonly Component[]): [string, Component[]][] {
  const groups = new Map<string, Component[]>();
  for (const one of components) {
    const title = TITLES[one.kind];
    groups.set(title, [...(groups.get(title) ?? []), one]);
  }
  return [...groups];
}

/** Those that somebody should look at. */
export function wanting(components: readonly Component[]): Component[] {
  return components.filter(({ state }) => state === "degraded" || state === "down");
}

/** What comes of each effect, from the mildest on. */
export const EFFECTS: readonly (readonly [Effect, string, string])[] = [
  ["read", "Looked up", "At once. Nothing is changed by it."],
  ["control", "Switched and set", "At once, and it can be put back. Locks, doors, heating and the like are asked about first."],
  ["write", "Changed", "Asked about first, unless you said that you need not be."],
  ["destructive", "Taken away, or not known", "Asked about first, every time."],
];

/** Who may do something: by exception where it is nearly everybody. */
export function whoMay(roles: readonly UserRole[]): string {
  const others = (Object.keys(ROLES) as UserRole[]).filter((role) => !roles.includes(role));
  if (others.length === 0) return "Everybody";
  if (others.length === 1) return `Everybody but ${others.map((role) => `${ROLES[role].name.toLowerCase()}s`).join("")}`;
  return roles.map((role) => `${ROLES[role].name}s`).join(", ");
}

/** The first thought of what a model is told of a tool. */
export function firstOf(description: string): string {
  return description.split(/\n\s*\n/)[0]?.replace(/\s+/g, " ").trim() ?? "";
}
