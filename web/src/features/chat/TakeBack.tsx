import { useEffect, useRef } from "react";
import { useActs } from "../../state/use-room";
import { useKept } from "../../ui/kept";
import { Sure } from "../../ui/Sure";

/** Takes a message back, once somebody is sure. */
export function TakeBack({ id, of }: { id: string; of: "question" | "answer" | "version" }) {
  const acts = useActs();
  const [, setHere] = useKept(`taken back ${id}`, false);
  const takeBack = async () => {
    setHere(true);
    if (!(await acts.takeBack(id))) setHere(false);
  };
  return (
    <Sure
      label="Delete"
      name={`Delete the ${of}`}
      question={`Delete this ${of} for good?`}
      yes="Delete it"
      no="Keep it"
      act={() => void takeBack()}
    />
  );
}

/** Where something was said that was taken back. Whoever did so here has the focus on it. */
export function TakenBack({ id, className }: { id: string; className: string }) {
  const [wasHere, setHere] = useKept(`taken back ${id}`, false);
  const mark = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (!wasHere) return;
    mark.current?.focus();
    setHere(false);
  }, [wasHere, setHere]);
  return (
    <p ref={mark} className={`${className} faint`} tabIndex={-1}>
      Message deleted
    </p>
  );
}
