/** Figures in drawn Markdown, each with the run that it is from. */

/** Some of a text's words; and where they are a figure, the id of the call that it is from. */
export interface Stretch {
  words: string;
  call: string | null;
}

/** Takes a text apart into what is a figure and what is not. */
export type FindsFigures = (words: string) => readonly Stretch[];

/** What we use of an HTML tree. */
interface Node {
  type: string;
  value?: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: Node[] | undefined;
}

/** Where no figure stands by itself: in links and code, in what is bold, which names things, and in tables, which say it all at once. */
const OTHERWISE = new Set(["a", "code", "pre", "strong", "table"]);

/** Makes every figure that is found a `data` element, whose value is the call that it is from. */
export function figured(finds: FindsFigures | null) {
  return (tree: Node): void => {
    if (finds !== null) marked(tree, finds);
  };
}

function marked(node: Node, finds: FindsFigures): void {
  node.children = node.children?.flatMap((child) => {
    if (child.type === "text") return finds(child.value ?? "").map(drawn);
    if (!OTHERWISE.has(child.tagName ?? "")) marked(child, finds);
    return [child];
  });
}

function drawn({ words, call }: Stretch): Node {
  const text = { type: "text", value: words };
  return call === null ? text : { type: "element", tagName: "data", properties: { value: call }, children: [text] };
}
