import { memo, useMemo } from "react";
import type { Message, MessageStatus, Part, ToolCallPart } from "../../protocol";
import { assertNever } from "../../state/changes";
import { isBuiltIn } from "../../state/models";
import { useActs } from "../../state/use-room";
import { useKept } from "../../ui/kept";
import { LONG, SHOWN, beginningOfMarkdown, lengthOf } from "../../ui/fold";
import { Markdown } from "../../ui/Markdown";
import type { Origin } from "../../ui/Origins";
import type { FindsFigures } from "../../ui/figured";
import { After, Figures, Origins } from "../../ui/Origins";
import { textOf } from "./exchanges";
import { figuresFrom } from "./figures";
import { ToolLine } from "./ToolLine";

interface Props {
  message: Message;
  /** Whether a long one is shown whole. */
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

/** What an answer consists of, in its order. */
export function Parts({ message, isOpen, onOpen }: Props) {
  const { id, parts, status } = message;
  const isLong = useMemo(() => isLongIn(parts), [parts]);
  const shown = useMemo(() => (isLong && !isOpen ? folded(parts) : parts), [parts, isLong, isOpen]);
  const origins = useOrigins(id, parts);
  const figures = useMemo(() => figuresIn(message), [message]);
  const isWriting = status === "running" && parts.at(-1)?.kind === "text";
  return (
    <>
      <div className={isWriting ? "parts writing" : "parts"}>
        <Origins all={origins}>
          {shown.map((part, index) => (
            <After key={index} count={countBefore(parts, index)}>
              <Figures finds={figures[index] ?? null}>
                <PartView part={part} message={id} status={status} />
              </Figures>
            </After>
          ))}
        </Origins>
      </div>
      {isLong && status !== "running" && (
        <button className="fold" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
          {isOpen ? "Show less" : "Show more"}
        </button>
      )}
    </>
  );
}

interface PartProps {
  part: Part;
  /** The message it belongs to. */
  message: string;
  status: MessageStatus;
}

/** Others grow while this one stays: it is then not drawn anew. */
const PartView = memo(function PartView({ part, message, status }: PartProps) {
  switch (part.kind) {
    case "text":
      return part.length > part.text.length ? <LongText part={part} message={message} status={status} /> : <Markdown text={part.text} />;
    case "reasoning":
      return (
        <details className="thought">
          <summary>What it thought first</summary>
          <Markdown text={part.text} />
        </details>
      );
    case "tool_call":
      return <ToolLine call={part} message={message} />;
    case "notice":
      return <p className="faint">{part.text}</p>;
    default:
      return assertNever(part);
  }
});

/** A text of which only the beginning is here; the rest is fetched when somebody wants it. */
function LongText({ part, message, status }: PartProps & { part: Extract<Part, { kind: "text" }> }) {
  const acts = useActs();
  const [whole, setWhole] = useKept<string | null>(`whole ${message}`, null);
  if (whole !== null) return <Markdown text={whole} />;
  const fetch = async () => {
    try {
      setWhole(textOf(await acts.whole(message)));
    } catch (error) {
      acts.tell(error instanceof Error ? error.message : "The rest could not be fetched. Please try again.");
    }
  };
  return (
    <>
      <Markdown text={part.text} />
      {status !== "running" && (
        <button className="plain" onClick={() => void fetch()}>
          Show the whole text
        </button>
      )}
    </>
  );
}

/** What was looked up and done for an answer, the same value as long as none of it changes. */
function useOrigins(message: string, parts: readonly Part[]): readonly Origin[] {
  const now = parts.filter(isRun).map(({ tool_call_id, label }) => ({ id: tool_call_id, message, label }));
  const told = JSON.stringify(now);
  return useMemo(() => JSON.parse(told) as Origin[], [told]);
}

/** What finds the figures in each text of an answer that is made of its tools' words; a language model says its own. */
function figuresIn({ parts, model, status }: Message): (FindsFigures | null)[] {
  // A figure that is still being written may become another one.
  if (status === "running" || model === null || !isBuiltIn(model)) return [];
  return parts.map(({ kind }, index) => (kind === "text" ? figuresFrom(parts.slice(0, index).filter((part) => part.kind === "tool_call")) : null));
}

function countBefore(parts: readonly Part[], index: number): number {
  return parts.slice(0, index).filter(isRun).length;
}

/** Whether it is a run that something came of. */
function isRun(part: Part): part is ToolCallPart {
  return part.kind === "tool_call" && part.status === "completed";
}

function isLongIn(parts: readonly Part[]): boolean {
  let left = LONG;
  for (const part of parts) {
    if (part.kind !== "text") continue;
    left -= part.length > 2 * LONG ? part.length : lengthOf(part.text);
    if (left < 0) return true;
  }
  return false;
}

/** The parts up to where the fold is. */
function folded(parts: readonly Part[]): Part[] {
  const shown: Part[] = [];
  let left = SHOWN;
  for (const part of parts) {
    if (part.kind !== "text") shown.push(part);
    else if (part.text.length <= left) {
      shown.push(part);
      left -= part.text.length;
    } else {
      const text = beginningOfMarkdown(part.text, left);
      return [...shown, { ...part, text, length: text.length }];
    }
  }
  return shown;
}
