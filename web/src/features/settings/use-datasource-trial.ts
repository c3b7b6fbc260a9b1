/** Looks whether a datasource works as it is written. What came of it counts as long as that is what is written. */

import { useState } from "react";
import { RestError } from "../../connection/rest";
import type { Json } from "../../protocol";
import type { DatasourceTried, DatasourceView } from "../../protocol/datasources";
import { useRest } from "../../state/use-room";
import { stretch } from "../../ui/stretch";

const LOOKING = "Looking…";

export interface Looking {
  /** What came of it, in words; "" where nothing was tried yet. */
  words: string;
  works: boolean;
  isUnderWay: boolean;
  /** True when it works. */
  look: (asked: { kind: string; settings: Json }) => Promise<boolean>;
}

/** `of` names what is written. */
export function useDatasourceTrial(project: string, known: DatasourceView | null, isMine: boolean, of: string): Looking {
  const rest = useRest();
  const [trial, setTrial] = useState<{ of: string; came: DatasourceTried | null } | null>(null);
  const came = trial?.of === of ? trial.came : undefined;
  const look = async (asked: { kind: string; settings: Json }): Promise<boolean> => {
    setTrial({ of, came: null });
    const tried = await rest.tryDatasource(project, known?.id ?? null, { ...asked, is_mine: isMine }).catch(untried);
    setTrial({ of, came: tried });
    return tried.works;
  };
  return { words: wordsFor(came), works: came?.works ?? false, isUnderWay: came === null, look };
}

/** The server itself could not try it. */
function untried(error: unknown): DatasourceTried {
  const message = error instanceof RestError ? error.message : "It could not be checked. Please try again.";
  return { works: false, problem: { code: "not_tried", message }, duration_ms: 0 };
}

function wordsFor(came: DatasourceTried | null | undefined): string {
  if (came === undefined) return "";
  if (came === null) return LOOKING;
  return came.works ? `${came.words ?? "It works."} It took ${stretch(came.duration_ms)}.` : (came.problem?.message ?? "It does not work.");
}
