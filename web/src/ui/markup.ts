/** What we use of a Markdown tree. */
interface Node {
  type: string;
  value?: string;
  children?: Node[];
}

/** Shows markup that stands in a text as the words it is, and takes `<br>` for the line break it asks for. */
export function markupAsText() {
  return (tree: Node): void => shown(tree);
}

function shown(node: Node): void {
  for (const child of node.children ?? []) {
    if (child.type === "html") {
      if (/^<br\s*\/?>$/i.test(child.value ?? "")) {
        child.type = "break";
        delete child.value;
      } else child.type = "text";
    } else shown(child);
  }
}
