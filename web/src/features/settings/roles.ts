/** What each role is called, and what it means. */

import type { UserRole } from "../../protocol";

export const ROLES: Record<UserRole, { name: string; words: string }> = {
  admin: { name: "Admin", words: "Admin: decides what is connected here, who answers and who comes in." },
  moderator: { name: "Moderator", words: "Moderator: asks, and lets things happen." },
  user: { name: "User", words: "User: asks, and lets things happen." },
  guest: { name: "Guest", words: "Guest: asks, and changes nothing." },
};

/** Each role with its name, as a choice. */
export const ROLE_CHOICES = (["user", "guest", "moderator", "admin"] as const).map((role) => [role, ROLES[role].words] as const);
