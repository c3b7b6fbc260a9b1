import { useEffect, useRef, useState } from "react";

const NARROW = "(width <= 47.5em)";

/**
 * The list as a drawer, on a screen too small for both. It has the focus while it is open; Escape, a wider screen and
 * going to another `place` close it, and whoever only closes it is back at the button that opened it.
 */
export function useDrawer(place: string) {
  const [openAt, setOpenAt] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const open = openAt === place;

  useEffect(() => {
    if (!open) return undefined;
    const opener = button.current;
    document.querySelector<HTMLElement>(".side a")?.focus();
    const close = () => setOpenAt(null);
    const pressed = (event: KeyboardEvent) => event.key === "Escape" && close();
    const wider = matchMedia(NARROW);
    addEventListener("keydown", pressed);
    wider.addEventListener("change", close);
    return () => {
      removeEventListener("keydown", pressed);
      wider.removeEventListener("change", close);
      setOpenAt(null);
      opener?.focus();
    };
  }, [open]);

  return { open, button, show: () => setOpenAt(place), hide: () => setOpenAt(null) };
}
