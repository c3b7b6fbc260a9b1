import { useEffect } from "react";
import { useActs, useRoom } from "../../state/use-room";
import { Answering } from "./Answering";
import { Instances } from "./Instances";
import { NotYours } from "./NotYours";
import { Providers } from "./Providers";
import { Routes } from "./Routes";

const YOURS =
  "can change who answers and where the talk goes. Among those above you can choose for yourself, at the top of any conversation.";

/** Who answers here, and who could: for admins to decide, for everybody to know. */
export function ModelSettings() {
  const acts = useActs();
  const mayDecide = useRoom((room) => room.me?.permissions.includes("house:manage") ?? false);
  useEffect(() => void acts.readModels(), [acts]);
  return (
    <>
      <Answering mayDecide={mayDecide} />
      {mayDecide ? <Providers /> : <NotYours title="Providers" what={YOURS} />}
      {mayDecide && <Routes />}
      {mayDecide && <Instances />}
    </>
  );
}
