import { useState } from "react";
import { RestError } from "../../connection/rest";
import type { ConnectionTried, ConnectionView } from "../../protocol/connections";
import { useRest, useRoom } from "../../state/use-room";
import { Choice, Field } from "../../ui/Field";
import { stretch } from "../../ui/stretch";
import { Form } from "./Form";
import { useSending } from "./use-sending";

interface Props {
  /** What is changed; null for a new one. */
  known: ConnectionView | null;
  /** It was kept: every connection as they are now. */
  kept: (connections: ConnectionView[], name: string) => void;
  leave: () => void;
}

interface Draft {
  name: string;
  address: string;
  token: string;
  project: string;
}

/** What came of looking, and at what; null while it looks. */
interface Trial {
  of: string;
  came: ConnectionTried | null;
}

/** Home Assistant, written down, looked at and kept. Whatever goes wrong, what was written stays. */
export function ConnectionForm({ known, kept, leave }: Props) {
  const rest = useRest();
  const projects = useRoom((room) => room.me?.projects);
  const [draft, setDraft] = useState<Draft>(() => draftOf(known));
  const { trial, look } = useLook(known, draft);
  const { busy, problem, send, refuse } = useSending();
  const put = (part: Partial<Draft>) => setDraft({ ...draft, ...part });

  const save = async () => {
    const lacks = lackOf(draft, known);
    if (lacks !== null) {
      refuse(lacks);
      return;
    }
    const tried = trial?.came ?? (await look());
    if (tried?.works !== true) return;
    await send(async () => {
      const now = known === null ? rest.connect(newOf(draft)) : rest.changeConnection(known.id, changeOf(draft, known));
      kept(await now, draft.name.trim() || "Home Assistant");
    });
  };
  return (
    <Form label={known === null ? "Connect Home Assistant" : `Change ${known.name}`} problem={problem} busy={busy} send="Check and keep" onSend={() => void save()} leave={leave}>
      <Field label="Name" value={draft.name} maxLength={100} onText={(name) => put({ name })} />
      <Field
        label="Address"
        type="url"
        value={draft.address}
        autoFocus
        maxLength={2000}
        placeholder="http://homeassistant.local:8123"
        hint="Where you open it in a browser."
        onText={(address) => put({ address })}
      />
      <Field label="Token" type="password" value={draft.token} autoComplete="off" hint={hintForToken(draft, known)} onText={(token) => put({ token })} />
      {known === null && projects !== undefined && projects.length > 1 && (
        <Choice
          label="Its things belong to"
          value={draft.project}
          options={projects.map(({ id, name, is_home }) => [is_home ? "" : id, name] as const)}
          onText={(project) => put({ project })}
        />
      )}
      <div className="provider-test">
        <button type="button" className="plain" disabled={trial?.came === null} onClick={() => void look()}>
          Check
        </button>
        <p role="status" className={trial?.came?.works === false ? "problem" : "soft"}>
          {wordsFor(trial)}
        </p>
      </div>
    </Form>
  );
}

/** Looks whether it works. What came of it counts as long as what was tried is what is written. */
function useLook(known: ConnectionView | null, draft: Draft) {
  const rest = useRest();
  const [trial, setTrial] = useState<Trial | null>(null);
  const of = `${draft.address.trim()} ${draft.token.trim()}`;
  const look = async (): Promise<ConnectionTried | null> => {
    setTrial({ of, came: null });
    const token = draft.token.trim();
    const asked = { base_url: draft.address.trim(), ...(token !== "" && { token }) };
    let came: ConnectionTried;
    try {
      came = await rest.tryConnection(known?.id ?? null, asked);
    } catch (error) {
      const message = error instanceof RestError ? error.message : "It could not be checked. Please try again.";
      came = { works: false, problem: { code: "", message }, duration_ms: 0 };
    }
    setTrial({ of, came });
    return came;
  };
  return { trial: trial?.of === of ? trial : null, look };
}

function wordsFor(trial: Trial | null): string {
  if (trial === null) return "";
  if (trial.came === null) return "Looking…";
  const { works, problem, server, found, duration_ms } = trial.came;
  if (!works) return problem?.message ?? "It does not work.";
  const what = found ? ` ${found} would be taken over.` : "";
  return `${server ?? "It"} answered in ${stretch(duration_ms)}.${what}`;
}

function draftOf(known: ConnectionView | null): Draft {
  return { name: known?.name ?? "Home Assistant", address: known?.base_url ?? "", token: "", project: "" };
}

function isElsewhere({ address }: Draft, known: ConnectionView): boolean {
  return address.trim().replace(/\/+$/, "") !== known.base_url.replace(/\/+$/, "");
}

function lackOf(draft: Draft, known: ConnectionView | null): string | null {
  if (!/^https?:\/\/\S+$/.test(draft.address.trim())) return "An address begins with http:// or https://, such as http://homeassistant.local:8123.";
  const wantsToken = known === null || isElsewhere(draft, known);
  return wantsToken && draft.token.trim() === "" ? "A token is needed, made in Home Assistant." : null;
}

function hintForToken(draft: Draft, known: ConnectionView | null): string {
  const where = "In Home Assistant: your profile, Security, Long-lived access tokens. It is kept encrypted here and never shown again.";
  if (known === null) return where;
  if (isElsewhere(draft, known)) return `A token never follows to another address: write one for there. ${where}`;
  return "One is kept, and stays when you leave this empty.";
}

function newOf({ name, address, token, project }: Draft) {
  return { name: name.trim() || "Home Assistant", base_url: address.trim(), token: token.trim(), ...(project !== "" && { project_id: project }) };
}

function changeOf(draft: Draft, known: ConnectionView) {
  const token = draft.token.trim();
  return {
    ...(draft.name.trim() !== known.name && { name: draft.name.trim() }),
    ...(isElsewhere(draft, known) && { base_url: draft.address.trim() }),
    ...(token !== "" && { token }),
  };
}
