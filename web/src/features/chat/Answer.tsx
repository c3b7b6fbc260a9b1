import { memo, useState } from "react";
import type { Message, Part } from "../../protocol";
import { assertNever } from "../../state/changes";
import { useActs } from "../../state/use-room";
import { Markdown } from "../../ui/Markdown";
import { textOf } from "./exchanges";
import { ToolLine } from "./ToolLine";
import { doing, whoAnswered, whyFailed } from "./words";

interface Props {
  versions: readonly Message[];
  /** Whether it answers the last question: then it can be asked for again. */
  last: boolean;
}

/** An answer: plain on the page, its newest version first seen. */
export const Answer = memo(function Answer({ versions, last }: Props) {
  const [chosen, choose] = useState<string | null>(null);
  const index = Math.max(versions.findIndex((one) => one.id === chosen), chosen === null ? versions.length - 1 : 0);
  const message = versions[index];
  if (message === undefined) return null;
  if (message.deleted_at) return <p className="answer faint">Message deleted</p>;
  const running = message.status === "running";
  const busy = versions.some((one) => one.status === "running");
  return (
    <article className="answer" aria-busy={running} aria-label="Answer">
      <Parts key={message.id} message={message} />
      <End message={message} />
      {!running && (
        <div className="foot">
          <span>{whoAnswered(message)}</span>
          <Copy text={textOf(message)} />
          {last && !busy && <Again message={message} />}
          <Versions at={index} of={versions.length} show={(next) => choose(versions[next]?.id ?? null)} />
        </div>
      )}
    </article>
  );
}, same);

/** Other answers grow while this one stays: it is then not drawn anew. */
function same(before: Props, after: Props): boolean {
  const { versions } = after;
  return (
    before.last === after.last &&
    before.versions.length === versions.length &&
    versions.every((version, index) => version === before.versions[index])
  );
}

function Parts({ message }: { message: Message }) {
  const running = message.status === "running";
  const said = doing(message);
  return (
    <div className={running && message.parts.at(-1)?.kind === "text" ? "parts writing" : "parts"}>
      {message.parts.map((part, index) => (
        <PartView key={index} part={part} message={message} />
      ))}
      {said !== null && <p className="faint doing">{said}</p>}
    </div>
  );
}

function PartView({ part, message }: { part: Part; message: Message }) {
  switch (part.kind) {
    case "text":
      return part.length > part.text.length ? <LongText part={part} message={message} /> : <Markdown text={part.text} />;
    case "reasoning":
      return (
        <details className="thought">
          <summary>What it thought first</summary>
          <Markdown text={part.text} />
        </details>
      );
    case "tool_call":
      return <ToolLine call={part} />;
    case "notice":
      return <p className="faint">{part.text}</p>;
    default:
      return assertNever(part);
  }
}

/** A text of which only the beginning is here; the rest is fetched when somebody wants it. */
function LongText({ part, message }: { part: Extract<Part, { kind: "text" }>; message: Message }) {
  const acts = useActs();
  const [whole, setWhole] = useState<string | null>(null);
  if (whole !== null) return <Markdown text={whole} />;
  const fetch = async () => {
    try {
      setWhole(textOf(await acts.whole(message.id)));
    } catch (error) {
      acts.tell(error instanceof Error ? error.message : "The rest could not be fetched. Please try again.");
    }
  };
  return (
    <>
      <Markdown text={part.text} />
      {message.status !== "running" && (
        <button className="plain" onClick={() => void fetch()}>
          Show the whole text
        </button>
      )}
    </>
  );
}

function End({ message }: { message: Message }) {
  if (message.status === "stopped") return <p className="faint">Stopped here.</p>;
  if (message.status === "failed") return <p className="problem">{whyFailed(message)}</p>;
  return null;
}

function Copy({ text }: { text: string }) {
  const acts = useActs();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      acts.tell("The browser did not allow copying. You can select the text instead.");
    }
  };
  if (text === "") return null;
  return (
    <button className="quiet" onClick={() => void copy()} onBlur={() => setCopied(false)}>
      {copied ? "Copied" : "Copy"}
    </button>
  );
}

function Again({ message }: { message: Message }) {
  const acts = useActs();
  const [asked, setAsked] = useState(false);
  const ask = async () => {
    setAsked(true);
    await acts.regenerate(message.id);
    setAsked(false);
  };
  return (
    <button className="quiet" disabled={asked} onClick={() => void ask()}>
      {message.status === "failed" ? "Try again" : "Ask again"}
    </button>
  );
}

function Versions({ at, of, show }: { at: number; of: number; show: (index: number) => void }) {
  if (of < 2) return null;
  return (
    <span className="versions">
      <button className="quiet" aria-label="Earlier version" disabled={at === 0} onClick={() => show(at - 1)}>
        ‹
      </button>
      {at + 1}/{of}
      <button className="quiet" aria-label="Later version" disabled={at === of - 1} onClick={() => show(at + 1)}>
        ›
      </button>
    </span>
  );
}
