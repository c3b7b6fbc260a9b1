/** A conversation as the lines of its page, from the first message that is held to what is still on its way. */

import type { Entry } from "../../connection/outbox";
import { keyOf } from "../../connection/outbox";
import type { ConversationState, Message, Notice, Turn } from "../../protocol";
import { assertNever } from "../../state/changes";
import type { Exchange } from "./exchanges";
import { exchangesOf } from "./exchanges";

/** One line of the page. `key` stays with it, whatever comes before it. */
export type Row =
  | { kind: "question"; key: string; message: Message; turn: Turn | undefined; isLast: boolean }
  /** The versions of an answer, the oldest first; none while it has not begun. `edits` counts those of its question. */
  | { kind: "answer"; key: string; versions: readonly Message[]; isLast: boolean; edits: number }
  | { kind: "notice"; key: string; notice: Notice }
  | { kind: "entry"; key: string; entry: Entry };

/** What is shown of a conversation. Only where `isEnd` is there anything behind its messages. */
export function rowsOf(state: ConversationState | null, entries: readonly Entry[], isEnd: boolean): Row[] {
  const rows = state === null ? [] : messageRows(state, isEnd);
  return isEnd ? [...rows, ...entries.map((entry): Row => ({ kind: "entry", key: keyOf(entry), entry }))] : rows;
}

/** The message that a row begins with, if it has one. */
export function messageOf(row: Row): string | null {
  if (row.kind === "question") return row.message.id;
  return row.kind === "answer" ? (row.versions[0]?.id ?? null) : null;
}

/** Whether a row shows a message, as itself or as one of its versions. */
export function holds(row: Row, message: string): boolean {
  if (row.kind === "question") return row.message.id === message;
  return row.kind === "answer" && row.versions.some((version) => version.id === message);
}

/** Whether two rows look the same: then there is nothing to draw. */
export function isSame(a: Row, b: Row): boolean {
  const [one, other] = [madeOf(a), madeOf(b)];
  return a.kind === b.kind && one.length === other.length && one.every((part, at) => part === other[at]);
}

function madeOf(row: Row): readonly unknown[] {
  switch (row.kind) {
    case "question":
      return [row.key, row.message, row.turn, row.isLast];
    case "answer":
      return [row.key, row.isLast, row.edits, ...row.versions];
    case "notice":
      return [row.notice];
    case "entry":
      return [row.entry];
    default:
      return assertNever(row);
  }
}

function messageRows(state: ConversationState, isEnd: boolean): Row[] {
  const turns = new Map(state.turns.map((turn) => [turn.question_id, turn]));
  const exchanges = exchangesOf(state.messages);
  const last = isEnd ? exchanges.findLastIndex(({ question }) => !question?.deleted_at) : -1;
  const notices = noticesBetween(state, exchanges);
  const rows = exchanges.flatMap((exchange, at) => [
    ...noticeRows(notices[at]),
    ...exchangeRows(exchange, turns.get(exchange.question?.id ?? ""), at === last),
  ]);
  return isEnd ? [...rows, ...noticeRows(notices.at(-1))] : rows;
}

/** What the house said before each exchange, since the one before it; and at last what it said after them all. */
function noticesBetween(state: ConversationState, exchanges: readonly Exchange[]): Notice[][] {
  const begun = exchanges.map(({ question, versions }) => (question ?? versions[0])?.created_at ?? "");
  const between: Notice[][] = [...begun.map(() => []), []];
  for (const notice of state.notices) {
    const next = begun.findIndex((at) => at > notice.created_at);
    // What came before all that is held is seen once somebody reads that far back.
    if (next !== 0 || state.window === 0) between.at(next)?.push(notice);
  }
  return between;
}

function noticeRows(notices: readonly Notice[] = []): Row[] {
  return notices.map((notice) => ({ kind: "notice", key: notice.id, notice }));
}

function exchangeRows({ question, versions }: Exchange, turn: Turn | undefined, isLast: boolean): Row[] {
  if (question === null) return [{ kind: "answer", key: `answer ${versions[0]?.id ?? ""}`, versions, isLast, edits: 0 }];
  const asked: Row = { kind: "question", key: question.client_message_id ?? question.id, message: question, turn, isLast };
  if (versions.length === 0 && turn?.status !== "running") return [asked];
  return [asked, { kind: "answer", key: `answer ${question.id}`, versions, isLast, edits: question.deleted_at ? 0 : question.edits }];
}
