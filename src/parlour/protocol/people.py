"""The bodies of `/users`, `/projects`, `/invitations`, `/audit` and of signing in."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Json, Member, UserRole, Value
from parlour.protocol.rest import Line

ProjectStatus = Literal["active", "archived", "deleted"]
InvitationStatus = Literal["open", "accepted", "expired", "revoked"]

Username = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
"""What somebody signs in with. Capitals are written small."""
FullName = Annotated[str, Field(max_length=255, pattern=r"^[^\x00-\x1f]*$")]
Email = Annotated[str, Field(max_length=320, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+)?$")]
"""An address, or nothing."""
Password = Annotated[str, Field(min_length=1, max_length=1_000, pattern=r"^[^\x00]*$")]
ProjectName = Annotated[Line, Field(max_length=200)]
Description = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]


# --- signing in ----------------------------------------------------------------------------------------------------


class LogIn(Value):
    """A name, or an address of e-mail, and the password to it."""

    username: Line
    password: Password


class Refresh(Value):
    """A refresh token. It is used up by this, and its successor comes back."""

    refresh_token: Line


class AccessTokens(Value):
    """What a program shows at the doors, and what it gets the next one with."""

    access_token: str
    """Goes into `Authorization: Bearer …`, and holds for `expires_in` seconds."""
    refresh_token: str
    """Used once, at `POST /auth/refresh`."""
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a kind, not a secret
    expires_in: int


class MyChange(Value):
    """What to change of oneself; what is left out stays. An empty address takes it away."""

    full_name: FullName | None = None
    email: Email | None = None


class NewPassword(Value):
    """A password to sign in with from now on, and the present one, where there is one."""

    password: Password
    current_password: Password | None = None


class SessionView(Value):
    """Somewhere one is signed in."""

    id: str
    kind: Literal["browser", "program"]
    is_current: bool
    """Whether it is the one this was asked with."""
    created_at: str
    last_used_at: str
    expires_at: str
    address: str | None
    agent: str | None
    """What the browser or program called itself."""


class SessionList(Value):
    """Where one is signed in, the last used first."""

    sessions: list[SessionView]


# --- people --------------------------------------------------------------------------------------------------------


class UserView(Value):
    """Somebody who has an account here."""

    id: str
    username: str
    full_name: str
    email: str | None
    role: UserRole
    is_active: bool
    has_password: bool
    created_at: str
    last_login_at: str | None


class UserList(Value):
    """Everybody who has an account here, by name."""

    users: list[UserView]


class NewUser(Value):
    """Somebody to make an account for."""

    username: Username
    full_name: FullName = ""
    email: Email = ""
    role: UserRole = "user"


class UserChange(Value):
    """What to change of somebody; what is left out stays. An empty address takes it away."""

    full_name: FullName | None = None
    email: Email | None = None
    role: UserRole | None = None
    is_active: bool | None = None


class LinkMade(Value):
    """A link that signs somebody in, once. It is shown this once, to be handed over."""

    link: str
    expires_at: str


class UserMade(UserView):
    """A new account, and the link that signs its person in."""

    link: LinkMade


# --- invitations ---------------------------------------------------------------------------------------------------


class NewInvitation(Value):
    """Whom to let in, and into which projects besides the one that everybody shares."""

    role: UserRole = "user"
    email: Email = ""
    """For whom it is: it stands in the new account. Nothing is sent there."""
    project_ids: Annotated[list[Line], Field(max_length=100)] = Field(default_factory=list[str])


class InvitationView(Value):
    """An invitation, without its secret."""

    id: str
    role: UserRole
    email: str | None
    project_ids: list[str]
    status: InvitationStatus
    invited_by: str
    """The name of whoever made it."""
    created_at: str
    expires_at: str
    accepted_by: str | None
    """The name of whoever came."""


class InvitationMade(InvitationView):
    """A new invitation. `link` is shown this once: a page with the secret behind its #, which no server's log sees."""

    link: str


class InvitationList(Value):
    """Every invitation, the newest first."""

    invitations: list[InvitationView]


class InvitationSecret(Value):
    """What stands behind the # of an invitation's link."""

    secret: Line


class InvitationOpened(Value):
    """What an invitation promises."""

    role: UserRole
    email: str | None
    invited_by: str
    projects: list[str]
    """The names of the projects one would be a member of, the shared one first."""
    expires_at: str


class InvitationAnswer(Value):
    """Makes an account by an invitation, which is used up by this. Without a password one signs in by links."""

    secret: Line
    username: Username
    full_name: FullName = ""
    password: Password | None = None


# --- projects ------------------------------------------------------------------------------------------------------


class ProjectDetail(Value):
    """A project one is a member of, or an admin sees."""

    id: str
    name: str
    description: str
    status: ProjectStatus
    is_home: bool
    owner_id: str | None
    """None for the one that everybody shares."""
    owner_name: str | None
    may_manage: bool
    """Whether who asks may change it and its members."""
    member_count: int
    last_chat_at: str | None
    created_at: str


class ProjectList(Value):
    """Projects, the shared one first, then by name."""

    projects: list[ProjectDetail]


class NewProject(Value):
    """A project of one's own. No two of one's projects have the same name."""

    name: ProjectName
    description: Description = ""


class ProjectChange(Value):
    """What to change; what is left out stays. One that was deleted comes back when it is made active."""

    name: ProjectName | None = None
    description: Description | None = None
    status: ProjectStatus | None = None


class MemberList(Value):
    """The members of a project, by name."""

    members: list[Member]


# --- what was done -------------------------------------------------------------------------------------------------


class AuditEntry(Value):
    """Something that was done which is worth remembering."""

    id: str
    at: str
    user_id: str | None
    username: str | None
    """None where the server did it, or whoever did is gone."""
    action: str
    resource_type: str | None
    resource_id: str | None
    address: str | None
    agent: str | None
    details: Json


class AuditQuery(Value):
    """Which entries are wanted; what is left out is not asked for."""

    user_id: Line | None = None
    """Who did it."""
    action: Line | None = None
    """What was done, such as `sign_in`."""
    resource_type: Line | None = None
    """To what kind of thing, such as `user`."""
    resource_id: Line | None = None
    since: Line | None = None
    """From this time on, in ISO 8601 UTC."""
    until: Line | None = None
    """Before this time."""
    before: Line | None = None
    """The id of an entry: those that are older."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class AuditPage(Value):
    """What was done, the newest first. The next page is asked for with `before` the id of the last one here."""

    entries: list[AuditEntry]
    has_more: bool
