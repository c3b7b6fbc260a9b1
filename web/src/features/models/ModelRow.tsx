import type { ModelView } from "../../protocol/providers";
import { nameOf, whereItGoes, windowOf } from "../../state/models";
import { StarIcon } from "../../ui/icons";
import { money } from "../../ui/money";

interface Props {
  model: ModelView;
  /** Whether it is who answers now; left out where none is chosen to stay. */
  isNow?: boolean;
  isFavourite: boolean;
  choose: () => void;
  favour: (isFavourite: boolean) => void;
}

/** Somebody who may answer: by one press from now on, by another among the first. */
export function ModelRow({ model, isNow, isFavourite, choose, favour }: Props) {
  const name = nameOf(model.id);
  const facts = [WHOSE[model.scope ?? "tenant"], tokens(model), asks(model)].filter((fact) => fact !== "");
  return (
    <li className="models-row">
      <button className="pop-item" aria-pressed={isNow} onClick={choose}>
        <span className="models-name">
          {name}
          {isNow === true && <span className="faint"> · now</span>}
        </span>
        <span className="faint">{whereItGoes(model)}</span>
        {facts.length > 0 && <span className="faint">{facts.join(" · ")}</span>}
      </button>
      <button
        className="models-star"
        aria-pressed={isFavourite}
        aria-label={`${isFavourite ? "A favourite" : "Make it a favourite"}: ${name}`}
        title={isFavourite ? "A favourite" : "Make it a favourite"}
        onClick={() => favour(!isFavourite)}
      >
        <StarIcon full={isFavourite} />
      </button>
    </li>
  );
}

const WHOSE = { tenant: "", project: "of this project", user: "your own" };

/** What a million tokens of its answers cost. */
function asks({ price, provider }: ModelView): string {
  if (price === null || price === undefined || provider === "built-in") return "";
  return price.completion === 0 ? "free" : `${money(price.prompt)} in, ${money(price.completion)} out, a million tokens`;
}

function tokens(model: ModelView): string {
  const size = model.provider === "built-in" ? "" : windowOf(model);
  return size === "" ? "" : `${size} tokens at once`;
}
