import { Dialog } from "../../ui/Dialog";
import "./find.css";

/** Some keys and what they do, by where they do it. */
export interface KeyGroup {
  where: string;
  keys: readonly (readonly [keys: readonly string[], does: string])[];
}

/** Every key the page knows. */
export function Keys({ groups, close }: { groups: readonly KeyGroup[]; close: () => void }) {
  return (
    <Dialog label="Keys" className="keys" close={close}>
      <div className="dialog-head">
        <h2>Keys</h2>
        <button className="quiet" autoFocus onClick={close}>
          Close
        </button>
      </div>
      {groups.map(({ where, keys }) => (
        <section key={where} aria-label={where}>
          <h3>{where}</h3>
          <dl>
            {keys.map(([pressed, does]) => (
              <div key={does}>
                <dt>
                  {pressed.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
