/** A datasource that is being written down: what stands in the form, and what is done with it. */

import { useMemo, useState } from "react";
import type { Json } from "../../protocol";
import type { DatasourceKind, DatasourceView } from "../../protocol/datasources";
import { useRest } from "../../state/use-room";
import type { Line, Written, Wrong } from "../../ui/schema";
import { firstWritten } from "../../ui/schema";
import { linesOf, settingsFrom, shownOf } from "./datasource-draft";
import type { Looking } from "./use-datasource-trial";
import { useDatasourceTrial } from "./use-datasource-trial";
import { useSending } from "./use-sending";

interface About {
  name: string;
  description: string;
  writable: boolean;
}

export interface Draft {
  kind: string;
  /** Turns to another kind, of which nothing is written yet. */
  choose: (kind: string) => void;
  about: About;
  say: (part: Partial<About>) => void;
  lines: readonly Line[];
  written: Written;
  wrong: Wrong;
  write: (line: Line, text: string) => void;
  trial: Looking;
  check: () => Promise<void>;
  /** Looks whether it works, and keeps it then. */
  save: () => Promise<void>;
  busy: boolean;
  problem: string | null;
}

const NOTHING: About = { name: "", description: "", writable: false };

/** `known` is what is changed, null for a new one, which may be for oneself alone; `kept` is told what was kept. */
export function useDatasourceForm(
  project: string,
  known: DatasourceView | null,
  isMine: boolean,
  kinds: readonly DatasourceKind[],
  kept: (datasource: DatasourceView) => void,
): Draft {
  const rest = useRest();
  const [name, setKind] = useState(known?.kind ?? kinds[0]?.name ?? "");
  const kind = kinds.find((one) => one.name === name);
  const lines = useMemo(() => linesOf(kind, known), [kind, known]);
  const [about, setAbout] = useState<About>(() => aboutOf(known));
  const [written, setWritten] = useState<Written>(() => firstWritten(lines, shownOf(kind, known)));
  const [wrong, setWrong] = useState<Wrong>({});
  const trial = useDatasourceTrial(project, known, isMine, JSON.stringify([name, written]));
  const { busy, problem, send, refuse } = useSending();

  /** The settings as they are sent; null where something is wrong with them, which is then said. */
  const made = (): Json | null => {
    const { settings, wrong: found } = settingsFrom(lines, written, known);
    setWrong(found);
    return Object.keys(found).length === 0 ? settings : null;
  };
  const keep = (settings: Json) =>
    send(async () => {
      const told = { ...about, name: about.name.trim(), settings };
      kept(await (known === null ? rest.addDatasource(project, { ...told, kind: name, is_mine: isMine }) : rest.changeDatasource(project, known.id, told)));
    });
  return {
    kind: name,
    choose: (other) => {
      const next = kinds.find((one) => one.name === other);
      setKind(other);
      setWrong({});
      setWritten(firstWritten(linesOf(next, null), shownOf(next, null)));
    },
    about,
    say: (part) => setAbout({ ...about, ...part }),
    lines,
    written,
    wrong,
    write: (line, text) => setWritten({ ...written, [line.name]: text }),
    trial,
    check: async () => {
      const settings = made();
      if (settings !== null) await trial.look({ kind: name, settings });
    },
    save: async () => {
      const settings = made();
      if (settings === null) return;
      if (about.name.trim() === "") refuse("A name is needed, by which it can be asked for.");
      else if (trial.works || (await trial.look({ kind: name, settings }))) await keep(settings);
    },
    busy,
    problem,
  };
}

function aboutOf(known: DatasourceView | null): About {
  return known === null ? NOTHING : { name: known.name, description: known.description, writable: known.writable };
}
