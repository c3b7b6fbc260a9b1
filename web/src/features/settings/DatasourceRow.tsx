import type { DatasourceView } from "../../protocol/datasources";
import { Sure } from "../../ui/Sure";
import { DatasourceSignIn, takesSignIn } from "./DatasourceSignIn";

interface Props {
  datasource: DatasourceView;
  mayDecide: boolean;
  change: () => void;
  remove: () => void;
}

/** One datasource: what it is, whether it is well, and what can be done with it. */
export function DatasourceRow({ datasource, mayDecide, change, remove }: Props) {
  const { name, kind_title, is_mine, description, writable, address, problem } = datasource;
  const about = [kind_title, is_mine && "only you see and use it", address, writable ? "may be changed, each change asks first" : "is only read"];
  return (
    <>
      <div>
        <p className="connection-name">
          <b>
            <bdi>{name}</bdi>
          </b>
        </p>
        {description !== "" && <p dir="auto">{description}</p>}
        {problem && <p className="problem">{problem.message}</p>}
        {takesSignIn(datasource) && <DatasourceSignIn datasource={datasource} />}
        <p className="faint">{about.filter(Boolean).join(" · ")}</p>
      </div>
      {mayDecide && (
        <div className="settings-acts" role="group" aria-label={`What to do with ${name}`}>
          <button className="quiet" onClick={change}>
            Change
          </button>
          <Sure
            label="Remove…"
            question={`Remove ${name}? Its secrets are deleted, and nothing more is asked there. What it leads to stays as it is.`}
            yes="Remove it"
            no="Keep it"
            act={remove}
          />
        </div>
      )}
    </>
  );
}
