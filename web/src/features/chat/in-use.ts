import type { RefObject } from "react";
import { useEffect, useMemo, useState } from "react";
import type { Row } from "./rows";

/** More lines than this are not kept drawn for the sake of a selection. */
const MOST = 300;

/** The rows that hold the focus or a selection, by index: they stay drawn, or one would lose what one is at. */
export function useInUse(box: RefObject<HTMLElement | null>, rows: readonly Row[]): number[] {
  const [keys, setKeys] = useState<readonly [focus: string, from: string, to: string]>(["", "", ""]);

  useEffect(() => {
    const look = () => {
      const selection = document.getSelection();
      const selected = selection !== null && !selection.isCollapsed ? selection : null;
      const next = [document.activeElement, selected?.anchorNode ?? null, selected?.focusNode ?? null].map((node) => rowOf(node, box.current));
      setKeys((before) => (before.every((key, index) => key === next[index]) ? before : [next[0] ?? "", next[1] ?? "", next[2] ?? ""]));
    };
    document.addEventListener("selectionchange", look);
    document.addEventListener("focusin", look);
    document.addEventListener("focusout", look);
    return () => {
      document.removeEventListener("selectionchange", look);
      document.removeEventListener("focusin", look);
      document.removeEventListener("focusout", look);
    };
  }, [box]);

  return useMemo(() => {
    const at = (key: string) => (key === "" ? -1 : rows.findIndex((row) => row.key === key));
    const [focus, one, other] = [at(keys[0]), at(keys[1]), at(keys[2])];
    const used = new Set([focus, one, other]);
    const [from, to] = [Math.min(one, other), Math.max(one, other)];
    if (from >= 0 && to - from <= MOST) for (let index = from; index <= to; index += 1) used.add(index);
    used.delete(-1);
    return [...used];
  }, [keys, rows]);
}

/** The key of the row that a node stands in; "" for none. */
function rowOf(node: Node | null, box: HTMLElement | null): string {
  if (node === null || box?.contains(node) !== true) return "";
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest<HTMLElement>("[data-row]")?.dataset["row"] ?? "";
}
