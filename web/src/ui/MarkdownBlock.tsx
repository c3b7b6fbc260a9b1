import { memo } from "react";
import type { Components, ExtraProps } from "react-markdown";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { CodeBlock } from "./CodeBlock";
import { figured } from "./figured";
import { markupAsText, ownDirection, wordsOf } from "./markup";
import { Figure, From, useFigures } from "./Origins";
import { Outward, Picture } from "./Outward";
import { SheetTools } from "./SheetTools";

type Node = ExtraProps["node"];

const COMPONENTS: Components = {
  a: ({ href, children, node }) => (
    <Outward address={href} words={wordsOf(node)}>
      {children}
    </Outward>
  ),
  img: ({ src, alt }) => <Picture address={typeof src === "string" ? src : undefined} name={alt ?? ""} />,
  table: ({ children, node }) => (
    <div className="sheet">
      <div className="scrolls" tabIndex={0} role="region" aria-label="Table">
        <table dir="auto">{children}</table>
      </div>
      <div className="sheet-tools">
        <From />
        <SheetTools name="table" rows={() => rowsIn(node)} />
      </div>
    </div>
  ),
  data: ({ value, node }) => <Figure call={String(value)} words={wordsOf(node)} />,
  pre: ({ node }) => <CodeBlock code={wordsOf(node).replace(/\n$/, "")} language={languageOf(node)} />,
};

/** One piece of a text, drawn from its Markdown. */
const Block = memo(function Block({ text }: { text: string }) {
  const finds = useFigures();
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm, markupAsText]}
      rehypePlugins={[rehypeSanitize, ownDirection, [figured, finds]]}
      components={COMPONENTS}
      urlTransform={(url) => url}
    >
      {text}
    </ReactMarkdown>
  );
});

/** What a fence says its code is written in. */
function languageOf(node: Node): string | null {
  const code = node?.children[0];
  const classes = code?.type === "element" ? code.properties["className"] : undefined;
  const names = Array.isArray(classes) ? classes.map(String) : [];
  return names.find((name) => name.startsWith("language-"))?.slice("language-".length).toLowerCase() ?? null;
}

/** The words of every cell of a table. */
function rowsIn(node: Node): string[][] {
  const rows: string[][] = [];
  const look = (inner: NonNullable<Node>): void => {
    const children = inner.children.filter((child) => child.type === "element");
    if (inner.tagName === "tr") rows.push(children.map((cell) => wordsOf(cell)));
    else children.forEach(look);
  };
  if (node !== undefined) look(node);
  return rows;
}

export default Block;
