// Written by `python -m gen` from src/parlour/protocol/people.py. Do not edit.
/** The bodies of `/users`, `/projects`, `/invitations`, `/audit` and of signing in. */

import type { Json, Member, UserRole } from "./content";
import type { Line } from "./rest";

export type ProjectStatus = "active" | "archived" | "deleted";

export type InvitationStatus = "open" | "accepted" | "expired" | "revoked";

/** What somebody signs in with. Capitals are written small. */
export type Username = string;

export type FullName = string;

/** An address, or nothing. */
export type Email = string;

export type Password = string;

export type ProjectName = Line;

export type Description = string;

/** A name, or an address of e-mail, and the password to it. */
export interface LogIn {
  username: Line;
  password: Password;
}

/** A refresh token. It is used up by this, and its successor comes back. */
export interface Refresh {
  refresh_token: Line;
}

/** What a program shows at the doors, and what it gets the next one with. */
export interface AccessTokens {
  /** Goes into `Authorization: Bearer …`, and holds for `expires_in` seconds. */
  access_token: string;
  /** Used once, at `POST /auth/refresh`. */
  refresh_token: string;
  token_type?: "bearer";
  expires_in: number;
}

/** What to change of oneself; what is left out stays. An empty address takes it away. */
export interface MyChange {
  full_name?: FullName | null;
  email?: Email | null;
}

/** A password to sign in with from now on, and the present one, where there is one. */
export interface NewPassword {
  password: Password;
  current_password?: Password | null;
}

/** Somewhere one is signed in. */
export interface SessionView {
  id: string;
  kind: "browser" | "program";
  /** Whether it is the one this was asked with. */
  is_current: boolean;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  address: string | null;
  /** What the browser or program called itself. */
  agent: string | null;
}

/** Where one is signed in, the last used first. */
export interface SessionList {
  sessions: SessionView[];
}

/** Somebody who has an account here. */
export interface UserView {
  id: string;
  username: string;
  full_name: string;
  email: string | null;
  role: UserRole;
  is_active: boolean;
  has_password: boolean;
  created_at: string;
  last_login_at: string | null;
}

/** Everybody who has an account here, by name. */
export interface UserList {
  users: UserView[];
}

/** Somebody to make an account for. */
export interface NewUser {
  username: Username;
  full_name?: FullName;
  email?: Email;
  role?: UserRole;
}

/** What to change of somebody; what is left out stays. An empty address takes it away. */
export interface UserChange {
  full_name?: FullName | null;
  email?: Email | null;
  role?: UserRole | null;
  is_active?: boolean | null;
}

/** A link that signs somebody in, once. It is shown this once, to be handed over. */
export interface LinkMade {
  link: string;
  expires_at: string;
}

/** A new account, and the link that signs its person in. */
export interface UserMade extends UserView {
  link: LinkMade;
}

/** Whom to let in, and into which projects besides the one that everybody shares. */
export interface NewInvitation {
  role?: UserRole;
  /** For whom it is: it stands in the new account. Nothing is sent there. */
  email?: Email;
  project_ids?: Line[];
}

/** An invitation, without its secret. */
export interface InvitationView {
  id: string;
  role: UserRole;
  email: string | null;
  project_ids: string[];
  status: InvitationStatus;
  /** The name of whoever made it. */
  invited_by: string;
  created_at: string;
  expires_at: string;
  /** The name of whoever came. */
  accepted_by: string | null;
}

/** A new invitation. `link` is shown this once: a page with the secret behind its #, which no server's log sees. */
export interface InvitationMade extends InvitationView {
  link: string;
}

/** Every invitation, the newest first. */
export interface InvitationList {
  invitations: InvitationView[];
}

/** What stands behind the # of an invitation's link. */
export interface InvitationSecret {
  secret: Line;
}

/** What an invitation promises. */
export interface InvitationOpened {
  role: UserRole;
  email: string | null;
  invited_by: string;
  /** The names of the projects one would be a member of, the shared one first. */
  projects: string[];
  expires_at: string;
}

/** Makes an account by an invitation, which is used up by this. Without a password one signs in by links. */
export interface InvitationAnswer {
  secret: Line;
  username: Username;
  full_name?: FullName;
  password?: Password | null;
}

/** A project one is a member of, or an admin sees. */
export interface ProjectDetail {
  id: string;
  name: string;
  description: string;
  status: ProjectStatus;
  is_home: boolean;
  /** None for the one that everybody shares. */
  owner_id: string | null;
  owner_name: string | null;
  /** Whether who asks may change it and its members. */
  may_manage: boolean;
  member_count: number;
  last_chat_at: string | null;
  created_at: string;
}

/** Projects, the shared one first, then by name. */
export interface ProjectList {
  projects: ProjectDetail[];
}

/** A project of one's own. No two of one's projects have the same name. */
export interface NewProject {
  name: ProjectName;
  description?: Description;
}

/** What to change; what is left out stays. One that was deleted comes back when it is made active. */
export interface ProjectChange {
  name?: ProjectName | null;
  description?: Description | null;
  status?: ProjectStatus | null;
}

/** The members of a project, by name. */
export interface MemberList {
  members: Member[];
}

/** Something that was done which is worth remembering. */
export interface AuditEntry {
  id: string;
  at: string;
  user_id: string | null;
  /** None where the server did it, or whoever did is gone. */
  username: string | null;
  action: string;
  resource_type: string | null;
  resource_id: string | null;
  address: string | null;
  agent: string | null;
  details: Json;
}

/** Which entries are wanted; what is left out is not asked for. */
export interface AuditQuery {
  /** Who did it. */
  user_id?: Line | null;
  /** What was done, such as `sign_in`. */
  action?: Line | null;
  /** To what kind of thing, such as `user`. */
  resource_type?: Line | null;
  resource_id?: Line | null;
  /** From this time on, in ISO 8601 UTC. */
  since?: Line | null;
  /** Before this time. */
  until?: Line | null;
  /** The id of an entry: those that are older. */
  before?: Line | null;
  limit?: number;
}

/** What was done, the newest first. The next page is asked for with `before` the id of the last one here. */
export interface AuditPage {
  entries: AuditEntry[];
  has_more: boolean;
}
