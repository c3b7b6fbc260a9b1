/** What the page asks by REST: who one is, lists, pages, the models. Live data come by the socket. */

import type { Conversation, Message } from "../protocol";
import type { RuleList, RuleView, Undoing } from "../protocol/approvals";
import type { EarlierWordsView, EditList } from "../protocol/edits";
import type {
  DefaultModel,
  ModelList,
  ModelView,
  NewProvider,
  ProviderAllowed,
  ProviderChange,
  ProviderList,
  ProviderTrial,
  ProviderTried,
  ProviderView,
} from "../protocol/providers";
import type { InstanceList, InstanceView, Routing, RoutingView } from "../protocol/routing";
import type {
  AttemptList,
  AttemptView,
  ConversationChange,
  ConversationList,
  ErrorBody,
  Me,
  MessageList,
  NewToken,
  SignIn,
  SuggestionList,
  TokenList,
  TokenMade,
  TokenView,
  ToolList,
  ToolRunList,
  ToolRunPage,
  ToolRunView,
  ToolView,
} from "../protocol/rest";
import type { SearchResults } from "../protocol/search";
import type { MessageContext } from "../protocol/seen";
import type { Connections } from "./connections";
import { connectionsAt } from "./connections";
import type { Datasources } from "./datasources";
import { datasourcesAt } from "./datasources";
import type { Deciding, Whose } from "./deciding";
import { decidingAt, inProject, queryOf } from "./deciding";
import type { People } from "./people";
import { peopleAt } from "./people";
import type { Spending } from "./spending";
import { spendingAt } from "./spending";
import type { System } from "./system";
import { systemAt } from "./system";

export interface Page<T> {
  items: T[];
  has_more: boolean;
}

/** The server said no, or was not there (status 0); `message` is a sentence for people. */
export class RestError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** What it is about, for programs; "" when nobody said. */
    readonly code = "",
  ) {
    super(message);
  }
}

/** Asks one door; what it answers is taken at its word. */
export type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

export interface Rest extends People, Connections, Datasources, Deciding, Spending, System {
  me(): Promise<Me>;
  /** Uses a one-time link up; the session comes as a cookie. */
  signIn(link: string): Promise<Me>;
  signOut(): Promise<void>;
  /** A page of one's list: the latest activity first, the oldest first, or of the archive. */
  conversations(offset: number, end: "latest" | "oldest" | "archive"): Promise<Page<Conversation>>;
  /** What it is after the change. */
  changeConversation(id: string, change: ConversationChange): Promise<Conversation>;
  /** Goes on when the page is left meanwhile. */
  deleteConversation(id: string): Promise<void>;
  /** The messages just before one, in their order. */
  messagesBefore(conversation: string, message: string): Promise<Page<Message>>;
  /** The messages just behind one, in their order. */
  messagesAfter(conversation: string, message: string): Promise<Page<Message>>;
  message(id: string): Promise<Message>;
  /** What a message said before it was changed, the first words first. */
  edits(message: string): Promise<EarlierWordsView[]>;
  /** What an answer had said before it was cut and begun again, the first attempt first. */
  attempts(message: string): Promise<AttemptView[]>;
  /** The runs of tools for an answer, their results whole. */
  runs(message: string): Promise<ToolRunView[]>;
  /** What tools did in one's own conversations, the newest first; in a project or a conversation, before one of them. */
  done(which: { project: string | null; conversation: string | null; before: string | null }): Promise<ToolRunPage>;
  /** One run of a tool, its result whole. */
  run(id: string): Promise<ToolRunView>;
  /** What a model was shown for an answer, and what ran for it. */
  seen(message: string): Promise<MessageContext>;
  /** The tools of a project that one may use. */
  tools(project: string): Promise<ToolView[]>;
  /** Takes back what a tool did; the same `command` does it once. */
  undo(message: string, call: string, command: string): Promise<void>;
  /** What one need not be asked again, the newest first. */
  rules(): Promise<RuleView[]>;
  /** From now on it is asked again. */
  removeRule(id: string): Promise<void>;
  /** One's conversations whose title or messages hold these words. */
  search(words: string, offset: number): Promise<SearchResults>;
  questions(): Promise<string[]>;
  /** One's own tokens, the newest first. */
  tokens(): Promise<TokenView[]>;
  /** A new token, which ends by itself where days are given; its secret comes this once. */
  makeToken(token: NewToken): Promise<TokenMade>;
  revokeToken(id: string): Promise<void>;
  /** Who could answer in a project; null for the shared one. */
  models(project?: string | null): Promise<ModelView[]>;
  allowProvider(provider: string, isAllowed: boolean): Promise<void>;
  /** Who answers where nobody else is asked for. */
  makeDefault(model: string | null): Promise<void>;
  /** The providers of the house, a project, or one's own. */
  providers(whose: Whose): Promise<ProviderView[]>;
  addProvider(whose: Whose, provider: NewProvider): Promise<ProviderView[]>;
  changeProvider(whose: Whose, name: string, change: ProviderChange): Promise<ProviderView[]>;
  removeProvider(whose: Whose, name: string): Promise<ProviderView[]>;
  /** Asks a provider for its list of models, and a model for a word, without keeping anything. */
  tryProvider(whose: Whose, trial: ProviderTrial): Promise<ProviderTried>;
  /** How every model does that may be asked, at the server that answers. */
  instances(): Promise<InstanceView[]>;
  /** Whom a question goes to, and who answers in their place. */
  routing(): Promise<RoutingView>;
  /** Decides that; null for what the settings of the server say. */
  setRouting(routing: Routing | null): Promise<RoutingView>;
}

const PAGE = 50;
const FOUND = 20;
const AWAY = "The server cannot be reached just now. Nothing was changed; please try again in a moment.";
const SILENT = "No answer came: the server cannot be reached just now. Please look whether it was done before you try again.";
const BROKEN = "The server’s answer did not arrive whole. It may have done what was asked: please look before you try again.";
const UNCLEAR = "The server could not do this. Nothing was changed; please try again.";

/** The doors of the server this page came from. */
export function restAt(base: string, fetch: typeof globalThis.fetch): Rest {
  async function call<T>(method: string, path: string, body?: unknown, keepalive = false): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json", "X-Parlour": "1" };
    const sent: RequestInit = { method, headers, credentials: "same-origin", keepalive };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      sent.body = JSON.stringify(body);
    }
    const silent = method === "GET" ? AWAY : SILENT;
    const response = await fetch(base + path, sent).catch(() => {
      throw new RestError(silent, 0);
    });
    const text = await response.text().catch(() => {
      throw new RestError(BROKEN, 0);
    });
    const said = parsed(text);
    // Not ours: something between us and the server answered.
    if (response.ok && said === undefined) throw new RestError(silent, 0);
    if (!response.ok) throw new RestError(sentence(said), response.status, (said as Partial<ErrorBody> | null)?.error?.code);
    return said as T;
  }

  async function messages(conversation: string, from: string): Promise<Page<Message>> {
    const path = `/chat/conversations/${conversation}/messages?limit=${PAGE}&include_deleted=true&${from}`;
    const page = await call<MessageList>("GET", path);
    return { items: page.messages, has_more: page.has_more };
  }

  return {
    ...peopleAt(call),
    ...connectionsAt(call),
    ...datasourcesAt(call),
    ...decidingAt(call),
    ...spendingAt(call),
    ...systemAt(call),
    me: () => call("GET", "/auth/me"),
    signIn: (link) => call("POST", "/auth/link", { link } satisfies SignIn),
    signOut: () => call("POST", "/auth/logout"),
    conversations: async (offset, end) => {
      const which = end === "archive" ? "&archived_only=true" : "";
      const query = `limit=${PAGE}&offset=${offset}&order=${end === "oldest" ? "asc" : "desc"}${which}`;
      const page = await call<ConversationList>("GET", `/chat/conversations?${query}`);
      return { items: page.conversations, has_more: page.has_more };
    },
    changeConversation: (id, change) => call("PATCH", `/chat/conversations/${id}`, change),
    deleteConversation: (id) => call("DELETE", `/chat/conversations/${id}`, undefined, true),
    messagesBefore: (conversation, message) => messages(conversation, `before=${message}`),
    messagesAfter: (conversation, message) => messages(conversation, `after=${message}`),
    message: (id) => call("GET", `/chat/messages/${id}`),
    edits: async (id) => (await call<EditList>("GET", `/chat/messages/${id}/edits`)).edits,
    attempts: async (id) => (await call<AttemptList>("GET", `/chat/messages/${id}/attempts`)).attempts,
    runs: async (id) => (await call<ToolRunList>("GET", `/chat/messages/${id}/tool-runs`)).runs,
    done: ({ project, conversation, before }) => {
      const named = { project_id: project, conversation_id: conversation, before };
      const which = Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
      return call("GET", `/tools/runs${which.length === 0 ? "" : `?${which.join("&")}`}`);
    },
    run: (id) => call("GET", `/tools/runs/${id}`),
    seen: (id) => call("GET", `/chat/messages/${id}/context`),
    tools: async (project) => (await call<ToolList>("GET", `/tools?project_id=${project}`)).tools,
    undo: (message, tool, command_id) => call("POST", `/chat/messages/${message}/tool-calls/${encodeURIComponent(tool)}/undo`, { command_id } satisfies Undoing),
    rules: async () => (await call<RuleList>("GET", "/approvals/rules")).rules,
    removeRule: (id) => call("DELETE", `/approvals/rules/${id}`),
    search: (words, offset) => call("GET", `/chat/search?q=${encodeURIComponent(words)}&limit=${FOUND}&offset=${offset}`),
    questions: async () => (await call<SuggestionList>("GET", "/suggestions")).questions,
    tokens: async () => (await call<TokenList>("GET", "/auth/tokens")).tokens,
    makeToken: (token) => call("POST", "/auth/tokens", token),
    revokeToken: (id) => call("DELETE", `/auth/tokens/${id}`),
    models: async (project = null) => (await call<ModelList>("GET", `/models${inProject(project)}`)).models,
    allowProvider: async (provider, is_allowed) => {
      const body: ProviderAllowed = { provider, is_allowed };
      await call<ModelList>("POST", "/models/allowed", body);
    },
    makeDefault: async (model) => {
      await call<ModelList>("PUT", "/models/default", { model } satisfies DefaultModel);
    },
    providers: async (whose) => (await call<ProviderList>("GET", `/providers${queryOf(whose)}`)).providers,
    addProvider: async (whose, provider) => (await call<ProviderList>("POST", `/providers${queryOf(whose)}`, provider)).providers,
    changeProvider: async (whose, name, change) =>
      (await call<ProviderList>("PATCH", `/providers/${name}${queryOf(whose)}`, change)).providers,
    removeProvider: async (whose, name) => (await call<ProviderList>("DELETE", `/providers/${name}${queryOf(whose)}`)).providers,
    tryProvider: (whose, trial) => call("POST", `/providers/try${queryOf(whose)}`, trial),
    instances: async () => (await call<InstanceList>("GET", "/models/instances")).instances,
    routing: () => call("GET", "/models/routing"),
    setRouting: (routing) => (routing === null ? call("DELETE", "/models/routing") : call("PUT", "/models/routing", routing)),
  };
}

/** What a text says as JSON; null for nothing, undefined for what is none. */
function parsed(text: string): unknown {
  try {
    return text === "" ? null : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

/** The server's own sentence about a refusal; something between us and it may have answered instead. */
function sentence(said: unknown): string {
  const words = (said as Partial<ErrorBody> | null)?.detail;
  return typeof words === "string" ? words : UNCLEAR;
}
