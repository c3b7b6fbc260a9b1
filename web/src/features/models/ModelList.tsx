import { inOrder } from "../../state/models";
import { useActs, useRoom } from "../../state/use-room";
import { ModelRow } from "./ModelRow";

interface Props {
  title: string;
  /** Who answers now, where one is to be chosen from now on. */
  now?: string;
  choose: (model: string) => void;
}

const FEW = 4;
const NONE: readonly string[] = [];

/** Everybody who may answer, those one wants to see first at the top. */
export function ModelList({ title, now, choose }: Props) {
  const acts = useActs();
  const models = useRoom((room) => room.models);
  const favourites = useRoom((room) => room.effective?.favourites ?? NONE);
  const offered = inOrder(models, favourites);
  return (
    <>
      <p className="faint">{title}</p>
      <ul className={offered.length <= FEW ? "models-list few" : "models-list"}>
        {offered.map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            {...(now !== undefined && { isNow: model.id === now })}
            isFavourite={favourites.includes(model.id)}
            choose={() => choose(model.id)}
            favour={(isFavourite) => void acts.favour(model.id, isFavourite)}
          />
        ))}
      </ul>
    </>
  );
}
