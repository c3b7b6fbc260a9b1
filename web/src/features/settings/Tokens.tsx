import type { SubmitEvent } from "react";
import { useState } from "react";
import type { TokenMade, TokenView } from "../../protocol/rest";
import { useAsked } from "../../state/asked";
import { useActs, useRest } from "../../state/use-room";
import { copied } from "../../ui/copy";
import { Field } from "../../ui/Field";
import { Sure } from "../../ui/Sure";

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
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}{" "}
          <button className="quiet" onClick={again}>
            Try again
          </button>
        </p>
      )}
      {made !== null && <Secret made={made} done={() => setMade(null)} />}
      {tokens?.length === 0 && <p className="faint">There is none yet.</p>}
      {tokens !== null && tokens.length > 0 && (
        <ul className="settings-rows">
          {tokens.map((token) => (
            <li key={token.id}>
              <div>
                <b>{token.name}</b>
                <p className="faint">Made on {day(token.created_at)}</p>
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

function NewToken({ made }: { made: (token: TokenMade) => void }) {
  const rest = useRest();
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string>();
  const make = async () => {
    if (name.trim() === "") {
      setProblem("Give it a name, such as what will use it.");
      return;
    }
    try {
      made(await rest.makeToken(name.trim()));
      setName("");
      setProblem(undefined);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "It could not be made. Please try again.");
    }
  };
  return (
    <form
      className="token-new"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void make();
      }}
    >
      <Field label="A new token for" value={name} maxLength={100} placeholder="my laptop" problem={problem} onText={setName} />
      <button className="plain">Make it</button>
    </form>
  );
}

/** A new token's secret, the one time that it can be seen. */
function Secret({ made, done }: { made: TokenMade; done: () => void }) {
  const acts = useActs();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (await copied(made.token)) setCopied(true);
    else acts.tell("The browser did not allow copying. You can select the token instead.");
  };
  return (
    <div className="token-secret" role="status">
      <p>
        This is “{made.name}”. Copy it now: it is not shown again.
      </p>
      <code tabIndex={0}>{made.token}</code>
      <div className="settings-acts">
        <button className="main" onClick={() => void copy()}>
          {isCopied ? "Copied" : "Copy"}
        </button>
        <button className="plain" onClick={done}>
          I have kept it
        </button>
      </div>
    </div>
  );
}

function day(at: string): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}
