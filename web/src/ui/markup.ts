/** What we use of a Markdown tree. */
interface Node {
  type: string;
  value?: string;
  children?: Node[] | undefined;
}

/** What holds words, not paragraphs. */
const INLINE = new Set(["paragraph", "heading", "tableCell", "emphasis", "strong", "delete", "link", "linkReference"]);

/** Shows markup that stands in a text as the words it is, and takes `<br>` for the line break it asks for. */
export function markupAsText() {
  return (tree: Node): void => shown(tree);
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
