import { Suspense, lazy } from "react";
import "./code.css";
import { CopyButton } from "./CopyButton";

/** Beyond this it would take longer to colour than anybody wants to wait. */
const COLOURED_UP_TO = 60_000;

const Coloured = lazy(() => import("./Coloured").catch(() => ({ default: Plain })));

function Plain({ code }: { code: string; language: string }) {
  return code;
}

/** Some code: what language it is in, a way to copy it, and colours once they are there. */
export function CodeBlock({ code, language }: { code: string; language: string | null }) {
  const isColoured = language !== null && code.length <= COLOURED_UP_TO;
  return (
    <div className="code" dir="ltr">
      <div className="code-head">
        <span>{language ?? "text"}</span>
        <CopyButton text={() => code} of="the code" />
      </div>
      <pre tabIndex={0}>
        <code>
          {isColoured ? (
            <Suspense fallback={code}>
              <Coloured code={code} language={language} />
            </Suspense>
          ) : (
            code
          )}
        </code>
      </pre>
    </div>
  );
}
