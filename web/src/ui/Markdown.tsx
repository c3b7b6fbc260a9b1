import type { ComponentType } from "react";
import { memo, useMemo, useSyncExternalStore } from "react";
import { blocksOf } from "./blocks";

type Draws = ComponentType<{ text: string }>;

let Block: Draws | null = null;
const waiting = new Set<() => void>();

/**
 * What reads Markdown is large, and nobody has to wait for it: it comes beside the rest of the page, and until it is
 * there, or where it cannot be had, the words stand as they were written.
 */
export const markdownIsThere: Promise<void> = import("./MarkdownBlock").then(
  (loaded) => {
    Block = loaded.default;
    for (const one of waiting) one();
  },
  () => undefined,
);

function onLoad(changed: () => void): () => void {
  waiting.add(changed);
  return () => waiting.delete(changed);
}

/** Text with Markdown in it. Markup in the text is never run, and nothing is fetched from elsewhere. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const Drawn = useSyncExternalStore(onLoad, () => Block);
  const blocks = useMemo(() => blocksOf(text), [text]);
  if (Drawn === null) return <div className="prose plain-text">{text}</div>;
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        <Drawn key={index} text={block} />
      ))}
    </div>
  );
});
