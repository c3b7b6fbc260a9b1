import { memo, useMemo } from "react";
import type { Components } from "react-markdown";
import ReactMarkdown from "react-markdown";
import rehypeSanitize from "rehype-sanitize";
import remarkGfm from "remark-gfm";
import { blocksOf } from "./blocks";
import { markupAsText } from "./markup";

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address if following it can do no harm, else null. */
export function safeAddress(address: string | undefined): string | null {
  if (address === undefined) return null;
  try {
    const url = new URL(address);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function Link({ address, children }: { address: string | undefined; children: React.ReactNode }) {
  const href = safeAddress(address);
  if (href === null) return <span>{children}</span>;
  return (
    <a href={href} rel="noopener noreferrer" target="_blank">
      {children}
    </a>
  );
}

const COMPONENTS: Components = {
  a: ({ href, children }) => <Link address={href}>{children}</Link>,
  // A picture from elsewhere would tell that place who reads what, so it is only named.
  img: ({ src, alt }) => {
    const address = typeof src === "string" ? src : undefined;
    return <Link address={address}>{alt === undefined || alt === "" ? (address ?? "a picture") : alt}</Link>;
  },
  table: ({ children }) => (
    <div className="scrolls" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
};

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm, markupAsText]}
      rehypePlugins={[rehypeSanitize]}
      components={COMPONENTS}
      urlTransform={(url) => url}
    >
      {text}
    </ReactMarkdown>
  );
});

/** Text with Markdown in it. Markup in the text is never run, and nothing is fetched from elsewhere. */
export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        <Block key={index} text={block} />
      ))}
    </div>
  );
}
