import type { SeenPiece, SeenRequest } from "../../protocol/seen";
import { isBuiltIn, nameOf } from "../../state/models";
import { Disclosure } from "../../ui/Disclosure";
import { figure, kindOf, sizeOf } from "./story";

const SHOWN = 2_000;

/** One request to a model: how large it was, what did not fit, and each piece of it. */
export function Request({ request, first }: { request: SeenRequest; first: boolean }) {
  return (
    <section>
      <h3>
        {headOf(request, first)}
        <time className="faint" dateTime={request.at}>
          {moment(request.at)}
        </time>
      </h3>
      {request.pieces.length === 0 ? <p className="faint">What that was has not been kept.</p> : <Shown request={request} />}
    </section>
  );
}

function headOf({ model }: SeenRequest, first: boolean): string {
  const who = model === "" ? "the model" : isBuiltIn(model) ? "the built-in model" : nameOf(model);
  return first ? `What ${who} was shown` : `Then ${who} was shown`;
}

function Shown({ request }: { request: SeenRequest }) {
  return (
    <>
      {request.limit > 0 && <Size tokens={request.tokens} limit={request.limit} />}
      <p className="faint">{sizeOf(request)}</p>
      {request.cut.length > 0 && (
        <>
          <p className="seen-cut">Not everything fitted:</p>
          <ul className="seen-cuts">
            {request.cut.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </>
      )}
      {request.pieces.map((piece, index) => (
        <Piece key={index} piece={piece} />
      ))}
    </>
  );
}

/** How full it was. The words beside it say the same. */
function Size({ tokens, limit }: { tokens: number; limit: number }) {
  const full = Math.min(100, (100 * tokens) / limit);
  return (
    <svg className="seen-size" aria-hidden="true">
      <rect width={`${full.toFixed(1)}%`} height="100%" />
    </svg>
  );
}

function Piece({ piece }: { piece: SeenPiece }) {
  const aside = `${figure(piece.tokens)} ${piece.tokens === 1 ? "token" : "tokens"}`;
  if (piece.text === null) {
    return (
      <p className="seen-gone">
        {kindOf(piece)} <span className="faint">· deleted since, so it is not kept here · {aside}</span>
      </p>
    );
  }
  return (
    <Disclosure face={<b>{kindOf(piece)}</b>} aside={piece.is_shortened ? `shortened · ${aside}` : aside} peek={peek(piece.text)}>
      <pre tabIndex={0}>{piece.text}</pre>
      {piece.text.length >= SHOWN && <p className="faint">This is only its beginning.</p>}
    </Disclosure>
  );
}

/** The first words of a text, on one line. */
function peek(text: string): string {
  return text.slice(0, 120).replace(/\s+/g, " ").trim();
}

function moment(at: string): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
