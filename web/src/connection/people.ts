/** The doors for people: how they come in, who they are, where they are signed in, and where they belong. */

import type { Member } from "../protocol";
import type {
  InvitationAnswer,
  InvitationList,
  InvitationMade,
  InvitationOpened,
  InvitationView,
  LinkMade,
  LogIn,
  MemberList,
  MyChange,
  NewInvitation,
  NewPassword,
  NewProject,
  NewUser,
  ProjectChange,
  ProjectDetail,
  ProjectList,
  SessionList,
  SessionView,
  UserChange,
  UserList,
  UserMade,
  UserView,
} from "../protocol/people";
import type { Me } from "../protocol/rest";
import type { Call } from "./rest";

export interface People {
  /** By a name or an address, and a password; the session comes as a cookie. */
  logIn(how: LogIn): Promise<Me>;
  /** What an invitation promises; looking uses nothing up. */
  invitation(secret: string): Promise<InvitationOpened>;
  /** Makes an account by an invitation and signs in. */
  accept(answer: InvitationAnswer): Promise<Me>;
  changeMe(change: MyChange): Promise<Me>;
  /** Ends every other session of one's own. */
  changePassword(password: NewPassword): Promise<void>;
  sessions(): Promise<SessionView[]>;
  endSession(id: string): Promise<void>;
  users(): Promise<UserView[]>;
  addUser(user: NewUser): Promise<UserMade>;
  changeUser(id: string, change: UserChange): Promise<UserView>;
  /** A one-time link for somebody, to be handed over. */
  linkFor(user: string): Promise<LinkMade>;
  invitations(): Promise<InvitationView[]>;
  invite(whom: NewInvitation): Promise<InvitationMade>;
  revokeInvitation(id: string): Promise<void>;
  projects(): Promise<ProjectDetail[]>;
  addProject(project: NewProject): Promise<ProjectDetail>;
  changeProject(id: string, change: ProjectChange): Promise<ProjectDetail>;
  members(project: string): Promise<Member[]>;
  addMember(project: string, user: string): Promise<Member[]>;
  removeMember(project: string, user: string): Promise<void>;
}

export function peopleAt(call: Call): People {
  return {
    logIn: (how) => call("POST", "/auth/login", how),
    invitation: (secret) => call("POST", "/invitations/open", { secret }),
    accept: (answer) => call("POST", "/invitations/accept", answer),
    changeMe: (change) => call("PATCH", "/auth/me", change),
    changePassword: (password) => call("POST", "/auth/password", password),
    sessions: async () => (await call<SessionList>("GET", "/auth/sessions")).sessions,
    endSession: (id) => call("DELETE", `/auth/sessions/${id}`),
    users: async () => (await call<UserList>("GET", "/users")).users,
    addUser: (user) => call("POST", "/users", user),
    changeUser: (id, change) => call("PATCH", `/users/${id}`, change),
    linkFor: (user) => call("POST", `/users/${user}/link`),
    invitations: async () => (await call<InvitationList>("GET", "/invitations")).invitations,
    invite: (whom) => call("POST", "/invitations", whom),
    revokeInvitation: (id) => call("DELETE", `/invitations/${id}`),
    projects: async () => (await call<ProjectList>("GET", "/projects")).projects,
    addProject: (project) => call("POST", "/projects", project),
    changeProject: (id, change) => call("PATCH", `/projects/${id}`, change),
    members: async (project) => (await call<MemberList>("GET", `/projects/${project}/members`)).members,
    addMember: async (project, user) => (await call<MemberList>("PUT", `/projects/${project}/members/${user}`)).members,
    removeMember: (project, user) => call("DELETE", `/projects/${project}/members/${user}`),
  };
}
