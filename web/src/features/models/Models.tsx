import { lazy, useEffect } from "react";
import type { ModelView } from "../../protocol/providers";
import { nameOf } from "../../state/models";
import { fromWhere } from "../../state/parameters";
import { answering } from "../../state/room";
import { useActs, useRoom } from "../../state/use-room";
import { Disclosure } from "../../ui/Disclosure";
import { Later } from "../../ui/Later";
import { Link } from "../../ui/navigation";
import { Pop } from "../../ui/Pop";
import { ModelList } from "./ModelList";
import "./models.css";

const How = lazy(async () => ({ default: (await import("./How")).How }));

interface Props {
  /** The conversation, or null for one that is not begun. */
  conversation: string | null;
  /** The project that it is in; null for the shared one. */
  project: string | null;
}

/** Who answers here, where what is said goes, and who else could answer. */
export function Models({ conversation, project }: Props) {
  const acts = useActs();
  const models = useRoom((room) => room.models);
  const now = useRoom(answering);
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  useEffect(() => {
    const here = { conversation, project };
    void acts.settle(here);
    return () => acts.unsettle(here);
  }, [acts, conversation, project]);
  if (now === null) return null;
  const name = nameOf(now.id);
  if (models.length === 1 && !mayDecide) return <span className="pill">{name}</span>;
  return (
    <Pop className="models" face={<span className="pill">{name} ⌄</span>} label={`Who answers: ${name}`}>
      {(close) => (
        <>
          <Offered now={now} close={close} />
          <Whence now={now} isBegun={conversation !== null} close={close} />
          <div className="models-others">
            <Disclosure face="How it answers">
              <Later>
                <How />
              </Later>
            </Disclosure>
          </div>
          <Others models={models} mayDecide={mayDecide} />
        </>
      )}
    </Pop>
  );
}

/** Everybody who may answer, those one wants to see first at the top. */
function Offered({ now, close }: { now: ModelView; close: () => void }) {
  const acts = useActs();
  const choose = (model: string) => {
    void acts.choose(model);
    close();
  };
  return <ModelList title="Who answers in this conversation" now={now.id} choose={choose} />;
}

/** Who chose that, who would have answered and cannot, and what can be done about it. */
function Whence({ now, isBegun, close }: { now: ModelView; isBegun: boolean; close: () => void }) {
  const acts = useActs();
  const does = (act: () => Promise<boolean>) => () => {
    void act();
    close();
  };
  const effective = useRoom((room) => room.effective);
  const isPlanned = useRoom((room) => (room.planned.model ?? null) !== null);
  if (effective === null) return null;
  const isHere = isPlanned || (isBegun && effective.origins.model === "conversation");
  return (
    <div className="models-others">
      {effective.skipped.map(({ scope, model, why }) => (
        <p key={scope} className="faint">
          {`${nameOf(model)}, ${fromWhere(scope)}, cannot answer. ${why}`}
        </p>
      ))}
      <p className="faint">{`${nameOf(now.id)} is ${fromWhere(isHere ? "conversation" : effective.origins.model)}.`}</p>
      {isHere && (
        <>
          <button className="pop-item" onClick={does(() => acts.chooseAlways(now.id))}>
            Make it my own default
          </button>
          <button className="pop-item" onClick={does(() => acts.choose(null))}>
            Choose nobody for this conversation
          </button>
        </>
      )}
      {!isHere && effective.origins.model === "user" && (
        <button className="pop-item" onClick={does(() => acts.chooseAlways(null))}>
          Have no default of my own
        </button>
      )}
    </div>
  );
}

/** What could answer and may not, and the way to where an admin decides. */
function Others({ models, mayDecide }: { models: readonly ModelView[]; mayDecide: boolean }) {
  const waiting = [...new Set(models.filter((model) => !model.is_allowed).map((model) => model.provider))];
  return (
    <div className="models-others">
      {waiting.map((provider) => (
        <p key={provider} className="faint">
          {mayDecide ? `${provider} could answer too, and waits for your word.` : `${provider} could answer too, once an admin allows it.`}
        </p>
      ))}
      <Link to="/settings/models" className="pop-item">
        {mayDecide ? "Set up models…" : "My defaults…"}
      </Link>
    </div>
  );
}
