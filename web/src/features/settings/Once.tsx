import { useState } from "react";
import { useActs } from "../../state/use-room";
import { copied } from "../../ui/copy";

interface Props {
  /** What it is, as a sentence. */
  what: string;
  secret: string;
  done: () => void;
}

/** Something secret, the one time that it can be seen. */
export function Once({ what, secret, done }: Props) {
  const acts = useActs();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (await copied(secret)) setCopied(true);
    else acts.tell("The browser did not allow copying. You can select it instead.");
  };
  return (
    <div className="once" role="status">
      <p>{what} Copy it now: it is not shown again.</p>
      <code tabIndex={0}>{secret}</code>
      <div className="settings-acts">
        <button type="button" className="main" onClick={() => void copy()}>
          {isCopied ? "Copied" : "Copy"}
        </button>
        <button type="button" className="plain" onClick={done}>
          I have kept it
        </button>
      </div>
    </div>
  );
}
