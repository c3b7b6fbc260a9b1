/** A room for tests of one feature: its server is whatever doors the test gives. */

import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { HandClock, HandLines, NOTHING_KEPT } from "../connection/pretend";
import type { Rest } from "../connection/rest";
import { restAt } from "../connection/rest";
import type { EffectiveModels } from "../protocol/effective";
import type { ModelView } from "../protocol/providers";
import type { Me } from "../protocol/rest";
import { NO_PARAMETERS } from "../state/parameters";
import { createRoom } from "../state/room";
import { RoomProvider, useActs, useRoom } from "../state/use-room";
import { Toasts } from "../ui/Toasts";

export const ADMIN: Me = { user_id: "u", username: "robin", full_name: "Robin", role: "admin", permissions: ["house:manage"], projects: [], email: null, has_password: false };
export const GUEST: Me = { ...ADMIN, username: "ines", full_name: "Ines", role: "guest", permissions: [] };
export const BUILT_IN: ModelView = { id: "built-in", provider: "built-in", host: "", is_allowed: true, is_default: true };

export const IN_FORCE: EffectiveModels = {
  model: "built-in",
  parameters: { ...NO_PARAMETERS, temperature: 0.1, max_tokens: 2048 },
  origins: { model: "system", temperature: "system", max_tokens: "system" },
  skipped: [],
  max_tokens_ceiling: 4096,
  favourites: [],
  own_keys: false,
};

/** Draws `inside` for somebody who is signed in. Doors that are not given answer as if nothing were behind them. */
export async function drawn(inside: ReactNode, doors: Partial<Rest>, me: Me = ADMIN) {
  const nobody = restAt("", () => Promise.resolve(new Response("", { status: 404 })));
  const rest: Rest = { ...nobody, me: () => Promise.resolve(me), models: () => Promise.resolve([BUILT_IN]), effective: () => Promise.resolve(IN_FORCE), ...doors };
  const room = createRoom({ rest, open: new HandLines().open, clock: new HandClock(), keep: NOTHING_KEPT });
  await room.acts.start();
  const view = render(
    <RoomProvider room={room}>
      {inside}
      <Told />
    </RoomProvider>,
  );
  await act(() => Promise.resolve());
  return { ...view, room };
}

function Told() {
  const lines = useRoom((room) => room.toasts);
  return <Toasts lines={lines} dismiss={useActs().dismiss} />;
}
