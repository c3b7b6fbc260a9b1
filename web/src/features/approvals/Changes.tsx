import { useMemo } from "react";
import type { Approval, PreviewChange } from "../../protocol";
import { Data } from "../../ui/Data";
import { namesIn } from "../../ui/rows";

/** What would be different: before and after, or, where nobody can foresee it, what is asked for. */
export function Changes({ approval }: { approval: Approval }) {
  const { preview } = approval;
  if (preview === null) return <Unforeseen approval={approval} />;
  return (
    <>
      {preview.changes.length > 0 && (
        <dl className="approval-changes">
          {preview.changes.map((change, index) => (
            <Change key={index} change={change} />
          ))}
        </dl>
      )}
      {preview.note !== "" && (
        <p className="soft" dir="auto">
          {preview.note}
        </p>
      )}
    </>
  );
}

function Change({ change: { what, before, after } }: { change: PreviewChange }) {
  return (
    <div>
      <dt dir="auto">{what}</dt>
      <dd>
        {before === null ? <span className="faint">new</span> : <BeforeNow text={before} />}
        <span aria-hidden="true">→</span>
        <span className="unseen">, afterwards: </span>
        {after === null ? <span className="approval-gone">gone</span> : <bdi className="approval-after">{after}</bdi>}
      </dd>
    </div>
  );
}

function BeforeNow({ text }: { text: string }) {
  return (
    <>
      <span className="unseen">now: </span>
      <s>
        <bdi>{text}</bdi>
      </s>
    </>
  );
}

function Unforeseen({ approval }: { approval: Approval }) {
  const names = useMemo(() => namesIn(approval.arguments), [approval.arguments]);
  if (approval.effect === "read" && Object.keys(approval.arguments).length === 0) return null;
  const head = approval.effect === "read" ? "It only reads. This is what it is asked:" : "What exactly it would change cannot be foreseen. This is what it is asked:";
  return (
    <>
      <p className="soft">{head}</p>
      <Data value={approval.arguments} label="What it is asked" names={names} file={`${approval.tool_name}-asked`} keep={`waits ${approval.id}`} />
    </>
  );
}
