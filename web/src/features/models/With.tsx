import { inOrder } from "../../state/models";
import { useRoom } from "../../state/use-room";
import { Pop } from "../../ui/Pop";
import { ModelList } from "./ModelList";
import "./models.css";

/** Has somebody else answer a question, this once. */
export function With({ ask }: { ask: (model: string) => void }) {
  const models = useRoom((room) => room.models);
  if (inOrder(models, []).length < 2) return null;
  return (
    <Pop className="models" face={<span className="quiet">with…</span>} label="Ask again with another model">
      {(close) => (
        <ModelList
          title="Ask again, this once, with"
          choose={(model) => {
            close();
            ask(model);
          }}
        />
      )}
    </Pop>
  );
}
