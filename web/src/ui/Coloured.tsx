import { useDeferredValue, useMemo } from "react";
import { piecesOf } from "./colours";

/** Code in colours. While it is being written, the colours may come a moment after the words. */
export default function Coloured({ code, language }: { code: string; language: string }) {
  const calm = useDeferredValue(code);
  const pieces = useMemo(() => piecesOf(calm, language), [calm, language]);
  if (!code.startsWith(calm)) return code;
  return (
    <>
      {pieces.map(({ look, text }, index) => (
        <span key={index} className={look === null ? undefined : `code-${look}`}>
          {text}
        </span>
      ))}
      {code.slice(calm.length)}
    </>
  );
}
