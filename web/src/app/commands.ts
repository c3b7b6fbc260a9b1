import { useMemo } from "react";
import type { Command } from "../features/find/choices";
import { nameOf } from "../state/models";
import { answering, headOf } from "../state/room";
import { useActs, useRoom } from "../state/use-room";
import { go } from "../ui/navigation";
import { THEMES, chooseTheme } from "./theme";

/** What can be done from anywhere: the first is what one most likely wants. */
export function useCommands(start: string, listKeys: () => void): Command[] {
  const acts = useActs();
  const models = useRoom((room) => room.models);
  const now = useRoom(answering);
  const isEmpty = useRoom((room) => (headOf(room)?.inbox.length ?? 0) === 0);
  return useMemo(() => {
    const answers = models.filter((model) => model.is_allowed);
    return [
      { id: "new", group: "Begin", label: "New conversation", also: "start chat ask", act: () => go(start) },
      ...(answers.length < 2 ? [] : answers).map(({ id }) => ({
        id: `model ${id}`,
        group: "Who answers",
        label: nameOf(id),
        also: "model who answers choose",
        aside: id === now?.id ? "answers now" : "",
        act: () => void acts.choose(id),
      })),
      { id: "inbox", group: "This page", label: "Waiting for you", also: "inbox approvals decide", hidden: isEmpty, act: () => go("/inbox") },
      { id: "settings", group: "This page", label: "Settings", also: "models providers", act: () => go("/settings") },
      { id: "keys", group: "This page", label: "Keys", also: "keyboard shortcuts help", act: listKeys },
      ...THEMES.map((theme) => ({
        id: `theme ${theme}`,
        group: "This page",
        label: theme === "system" ? "Theme of the system" : `${theme === "dark" ? "Dark" : "Light"} theme`,
        also: "colours mode look",
        hidden: true,
        act: () => chooseTheme(theme),
      })),
      { id: "out", group: "This page", label: "Sign out", also: "leave log out", hidden: true, act: () => void acts.signOut() },
    ];
  }, [acts, models, now, isEmpty, start, listKeys]);
}
