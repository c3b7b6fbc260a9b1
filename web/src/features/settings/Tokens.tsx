import type { SubmitEvent } from "react";
import { useState } from "react";
import type { TokenMade, TokenView } from "../../protocol/rest";
import { useAsked } from "../../state/asked";
import { useActs, useRest } from "../../state/use-room";
import { day } from "../../ui/dates";
import { Choice, Field } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { Sure } from "../../ui/Sure";
import { Once } from "./Once";

/** One's tokens for programs: what there is, a new one, and the end of one. */
export function Tokens() {
  const rest = useRest();
  const acts = useActs();
  const { value: tokens, problem, again, put } = useAsked("tokens", () => rest.tokens());
  const [made, setMade] = useState<TokenMade | null>(null);
  const revoke = async (token: TokenView) => {
    try {
      await rest.revokeToken(token.id);
      put((tokens ?? []).filter((one) => one.id !== token.id));
      if (made?.id === token.id) setMade(null);
      acts.tell(`The token “${token.name}” lets nobody in any more.`);
    } catch (error) {
      acts.tell(error instanceof Error ? error.message : "It could not be revoked. Please try again.");
    }
  };
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">Access tokens</h2>
      <p className="soft">
        A token lets a program in as you, with everything you may do. It goes into the header <code>Authorization: Bearer …</code>;{" "}
        <a href="/docs" target="_blank" rel="noopener">
          the reference
        </a>{" "}
        says what can be asked.
      </p>
      <NotCome why={problem} again={again} />
      {made !== null && <Once what={`This is “${made.name}”.`} secret={made.token} done={() => setMade(null)} />}
      {tokens?.length === 0 && <p className="faint">There is none yet.</p>}
      {tokens !== null && tokens.length > 0 && (
        <ul className="settings-rows">
          {tokens.map((token) => (
            <li key={token.id}>
              <div>
                <b>{token.name}</b>
                <p className="faint">{factsOf(token)}</p>
              </div>
              <Sure
                label="Revoke…"
                question={`Revoke “${token.name}”? What uses it is let in no more, at once.`}
                yes="Revoke it"
                no="Keep it"
                act={() => void revoke(token)}
              />
            </li>
          ))}
        </ul>
      )}
      <NewToken
        made={(token) => {
          setMade(token);
          put([token, ...(tokens ?? [])]);
        }}
      />
    </section>
  );
}

function factsOf({ created_at, expires_at, last_used_at }: TokenView): string {
  const used = last_used_at === null ? "never used" : `last used on ${day(last_used_at)}`;
  const ends = expires_at === null ? "lasts until it is revoked" : `ends on ${day(expires_at)}`;
  return `Made on ${day(created_at)} · ${used} · ${ends}`;
}

const LASTING = [
  ["", "Until it is revoked"],
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
] as const;

function NewToken({ made }: { made: (token: TokenMade) => void }) {
  const rest = useRest();
  const [name, setName] = useState("");
  const [days, setDays] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    if (name.trim() === "") {
      setProblem("Give it a name, such as what will use it.");
      return;
    }
    setBusy(true);
    try {
      made(await rest.makeToken({ name: name.trim(), ...(days !== "" && { days: Number(days) }) }));
      setName("");
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "It could not be made. Please try again.");
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="token-new"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        // Of two that were made only the last could be seen.
        if (!busy) void make();
      }}
    >
      <Field label="A new token for" value={name} maxLength={100} placeholder="my laptop" problem={problem} onText={setName} />
      <Choice label="It lasts" value={days} options={LASTING} onText={setDays} />
      <button className="plain" disabled={busy}>
        {busy ? "One moment…" : "Make it"}
      </button>
    </form>
  );
}
