/** Who is to answer, and how: here, for oneself, and in a conversation that is not begun yet. */

import type { Here, Whose } from "../connection/deciding";
import type { Rest } from "../connection/rest";
import { RestError } from "../connection/rest";
import type { Parameters } from "../protocol";
import type { EffectiveModels, ModelSettings } from "../protocol/effective";
import type { ModelView } from "../protocol/providers";
import { NO_PARAMETERS } from "./parameters";

/** What is known of who answers in the conversation that is open. */
export interface Chosen {
  models: readonly ModelView[];
  /** Where one is. */
  here: Here;
  /** What counts there; null until that came. */
  effective: EffectiveModels | null;
  /** What was chosen here and is not kept yet, as before the first message: whatever is said until then names it. */
  planned: ModelSettings;
}

export const NOWHERE: Here = { conversation: null, project: null };
export const NOTHING_CHOSEN: Chosen = { models: [], here: NOWHERE, effective: null, planned: {} };
const TRIES = 3;

interface Means {
  rest: Rest;
  now: () => Chosen;
  set: (part: Partial<Chosen>) => void;
  attempt: (act: () => Promise<void>) => Promise<boolean>;
}

type Change = (settings: ModelSettings) => ModelSettings;

export function choosing({ rest, now, set, attempt }: Means) {
  const isHere = (here: Here) => sameHere(now().here, here);
  /** The conversation that what is planned is on its way to; null while it waits for one to begin. */
  let underway: { conversation: string } | null = null;
  /** What was decided last for each scope; the next decision goes out when that is kept or refused. */
  const lines = new Map<string, Promise<void>>();
  const begun = { models: 0, effective: 0 };

  /** Reads something of what is here anew; of several readings the one that began last is shown. */
  async function read<K extends keyof typeof begun>(what: K, asked: (here: Here) => Promise<Chosen[K]>): Promise<void> {
    const { here } = now();
    const mine = (begun[what] += 1);
    const found = await asked(here);
    if (mine === begun[what] && isHere(here)) set({ [what]: found });
  }

  const readModels = () => read("models", ({ project }) => rest.models(project));
  const look = () => Promise.all([readModels(), read("effective", (here) => rest.effective(here))]).then(() => undefined);

  /** Decisions for one scope are kept in the order in which they were made. */
  function inLine(whose: Whose, act: () => Promise<void>): Promise<void> {
    const line = "id" in whose ? `${whose.kind} ${whose.id}` : whose.kind;
    const done = (lines.get(line) ?? Promise.resolve()).then(act);
    const settled = done.catch(() => undefined);
    lines.set(line, settled);
    void settled.then(() => lines.get(line) === settled && lines.delete(line));
    return done;
  }

  /** Decides; once more from the reading when somebody else was quicker. */
  async function decide(whose: Whose, change: Change): Promise<void> {
    for (let left = TRIES; ; left -= 1) {
      const { settings, version } = await rest.modelSettings(whose);
      try {
        await rest.decideModels(whose, { settings: change(settings), version });
        return;
      } catch (error) {
        if (left === 1 || !(error instanceof RestError && error.code === "moved")) throw error;
      }
    }
  }

  const decideAndLook = (whose: Whose, change: Change) =>
    attempt(async () => {
      await inLine(whose, () => decide(whose, change));
      await look();
    });

  /** Decides for a conversation. It counts at once for what is said there: that may arrive before the decision does. */
  async function decideFor(conversation: string, change: Change): Promise<boolean> {
    const mine = { conversation };
    underway = mine;
    set({ planned: change(now().planned) });
    const isDone = await decideAndLook({ kind: "conversation", id: conversation }, change);
    if (underway === mine) {
      underway = null;
      set({ planned: {} });
    }
    return isDone;
  }

  /** Decides for the conversation that is open, or for the one that begins with the next message. */
  const decideHere = (change: Change): Promise<boolean> => {
    const { here, planned } = now();
    if (here.conversation !== null) return decideFor(here.conversation, change);
    set({ planned: change(planned) });
    return Promise.resolve(true);
  };

  return {
    /** A conversation is open, or the page where one begins: finds out who answers there. */
    settle: (here: Here) => {
      const isAnother = underway === null ? here.conversation !== null && !isHere(here) : here.conversation !== underway.conversation;
      if (isAnother) underway = null;
      set({ here, ...(isAnother && { planned: {} }) });
      return attempt(look);
    },

    /** Somebody decided elsewhere: in another window, or while the line was lost. */
    lookAgain: () => attempt(look),

    /** None is open any more. */
    unsettle: (here: Here) => {
      if (isHere(here)) set({ here: NOWHERE });
    },

    readModels: () => attempt(readModels),

    /** An admin's word on who answers where nobody else is asked for. */
    makeDefault: (model: string | null) =>
      attempt(async () => {
        await rest.makeDefault(model);
        await readModels();
      }),

    /** Who is to answer here from now on; null for whoever the next scope says. */
    choose: (model: string | null) => decideHere((before) => ({ ...before, model })),

    /** How it is to be answered here from now on. */
    chooseHow: (parameters: Parameters) => decideHere((before) => ({ ...before, parameters })),

    /** Who is to answer one's questions wherever nothing else is chosen. */
    chooseAlways: (model: string | null) => decideAndLook({ kind: "mine" }, (before) => ({ ...before, model })),

    /** Has a model stand among the first, or no longer. */
    favour: (model: string, isFavourite: boolean) =>
      decideAndLook({ kind: "mine" }, (before) => {
        const others = (before.favourites ?? []).filter((one) => one !== model);
        return { ...before, favourites: isFavourite ? [...others, model] : others };
      }),

    /** What was chosen before a conversation was begun counts in it from now on. */
    async keepPlanned(conversation: string): Promise<void> {
      const { planned } = now();
      if (!isAnything(planned) || underway !== null) return;
      await decideFor(conversation, (before) => ({ ...before, ...planned }));
    },
  };
}

/** Whether anything was chosen. */
export function isAnything({ model = null, parameters = NO_PARAMETERS }: ModelSettings): boolean {
  return model !== null || Object.values(parameters).some((value) => value !== null);
}

function sameHere(one: Here, other: Here): boolean {
  return one.conversation === other.conversation && one.project === other.project;
}
