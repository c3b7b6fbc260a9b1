import { useState } from "react";
import type { Routing, Strategy } from "../../protocol/routing";
import { useAsked } from "../../state/asked";
import { useActs, useRest, useRoom } from "../../state/use-room";
import { Choice } from "../../ui/Field";
import { NotCome } from "../../ui/NotCome";
import { Form } from "./Form";
import { RouteList, withNames } from "./RouteList";
import { asNames, LISTS, STRATEGIES, strategyWords, type List } from "./routing-words";
import { useSending } from "./use-sending";

/** Whom a question goes to by what it asks for, and who answers when others could not. */
export function Routes() {
  const rest = useRest();
  const acts = useActs();
  const { value: view, problem, again, put } = useAsked("routing", () => rest.routing());
  const [isOpen, setOpen] = useState(false);
  const decide = async (routing: Routing | null) => {
    put(await rest.setRouting(routing));
    setOpen(false);
    acts.tell(routing === null ? "The settings of the server count again." : "Questions go this way from now on.");
    await acts.readModels();
  };
  return (
    <section aria-labelledby="routes">
      <h2 id="routes">Routes</h2>
      <p className="soft">
        Whoever fails is followed by another one; the answer says who was asked. Models can also be sorted by what they are good
        for: then whoever suits the question answers, unless somebody is chosen above.
      </p>
      <NotCome why={problem} again={again} />
      {view === null && problem === null && <p className="faint">Fetching…</p>}
      {view !== null && !isOpen && <Shown routing={view.routing} fromApp={view.source === "app"} change={() => setOpen(true)} leave={decide} />}
      {view !== null && isOpen && <Change routing={view.routing} decide={decide} leave={() => setOpen(false)} />}
    </section>
  );
}

interface ShownProps {
  routing: Routing;
  fromApp: boolean;
  change: () => void;
  leave: (routing: null) => Promise<void>;
}

function Shown({ routing, fromApp, change, leave }: ShownProps) {
  const { busy, problem, send } = useSending();
  return (
    <>
      <ul className="settings-rows">
        {LISTS.map(({ list, name, none }) => (
          <li key={list}>
            <div>
              <b>{name}</b>
              <p className="faint">{asNames(routing[list]) || none}</p>
            </div>
          </li>
        ))}
        <li>
          <div>
            <b>Of several</b>
            <p className="faint">{strategyWords(routing.strategy)}</p>
          </div>
        </li>
      </ul>
      {!fromApp && <p className="faint">So the settings of the server say.</p>}
      {problem !== null && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="settings-acts">
        <button className="plain" onClick={change}>
          Change the routes
        </button>
        {fromApp && (
          <button className="quiet" disabled={busy} onClick={() => void send(() => leave(null))}>
            Go by the settings of the server
          </button>
        )}
      </div>
    </>
  );
}

/** Something for each of the lists. */
function ofEach<T>(make: (list: List) => T): Record<List, T> {
  return Object.fromEntries(LISTS.map(({ list }) => [list, make(list)])) as Record<List, T>;
}

interface ChangeProps {
  routing: Routing;
  decide: (routing: Routing) => Promise<void>;
  leave: () => void;
}

function Change({ routing, decide, leave }: ChangeProps) {
  const known = useRoom((room) => room.models);
  const [lists, setLists] = useState(() => ofEach((list) => routing[list] ?? []));
  const [named, setNamed] = useState(() => ofEach(() => ""));
  const [strategy, setStrategy] = useState<Strategy>(routing.strategy ?? "adaptive");
  const { busy, problem, send } = useSending();
  const written = (): Routing => ({ ...routing, strategy, ...ofEach((list) => withNames(lists[list], named[list])) });
  const offered = known.filter(({ is_tier = false }) => !is_tier).map(({ id }) => id);
  return (
    <Form label="The routes" problem={problem} busy={busy} send="Save" onSend={() => void send(() => decide(written()))} leave={leave}>
      {LISTS.map(({ list, name, hint }, index) => (
        <RouteList
          key={list}
          name={name}
          hint={hint}
          models={lists[list]}
          change={(models) => setLists((before) => ({ ...before, [list]: models }))}
          named={named[list]}
          write={(text) => setNamed((before) => ({ ...before, [list]: text }))}
          known={offered}
          autoFocus={index === 0}
        />
      ))}
      <Choice label="Of several" value={strategy} options={STRATEGIES} onText={(chosen) => setStrategy(chosen as Strategy)} />
    </Form>
  );
}
