/** What we use of a Markdown tree. */
interface Node {
  type: string;
  value?: string;
  children?: Node[] | undefined;
}

/** What we use of an HTML tree. */
interface Element extends Node {
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: Element[] | undefined;
}

/** What holds words, not paragraphs. */
const INLINE = new Set(["paragraph", "heading", "tableCell", "emphasis", "strong", "delete", "link", "linkReference"]);

/** What is read from one side to the other by itself. */
const READ = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table"]);

/** Shows markup that stands in a text as the words it is, and takes `<br>` for the line break it asks for. */
export function markupAsText() {
  return (tree: Node): void => shown(tree);
}

/** Lets every piece be read in the direction of its own words. */
export function ownDirection() {
  return (tree: Element): void => directed(tree);
}

/** The words of a tree, without what they look like. */
export function wordsOf(node: Node | undefined): string {
  if (node === undefined) return "";
  return node.type === "text" ? (node.value ?? "") : (node.children ?? []).map(wordsOf).join("");
}

function shown(node: Node): void {
  node.children = node.children?.map((child) => {
    if (child.type !== "html") {
      shown(child);
      return child;
    }
    if (/^<br\s*\/?>$/i.test(child.value ?? "")) return { type: "break" };
    const words = { type: "text", value: child.value ?? "" };
    return INLINE.has(node.type) ? words : { type: "paragraph", children: [words] };
  });
}

/** The outermost only: what has a direction of its own is not asked for that of what it stands in. */
function directed(element: Element): void {
  if (READ.has(element.tagName ?? "")) element.properties = { ...element.properties, dir: "auto" };
  else element.children?.forEach(directed);
}
