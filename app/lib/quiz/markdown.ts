import type { Definition, Root, RootContent } from 'mdast';
import { toString } from 'mdast-util-to-string';
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';

const reader = unified().use(remarkParse).use(remarkGfm);
const writer = unified()
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize)
  .use(rehypeStringify);

/** Markdown with GitHub's tables and task lists. Front matter is not known here: blank it out first. */
export function parseMarkdown(text: string): Root {
  return reader.parse(text);
}

/** Turns nodes into sanitized HTML; empty for none. */
export type Render = (nodes: readonly RootContent[]) => string;

/** A renderer that knows the link definitions of the whole document. */
export function rendererOf(document: Root): Render {
  const definitions = document.children.filter((node): node is Definition => node.type === 'definition');
  return (nodes) => {
    if (nodes.length === 0) return '';
    const root: Root = { type: 'root', children: structuredClone([...nodes, ...definitions]) };
    return writer.stringify(writer.runSync(root)).trim();
  };
}

/** Markup of a line of text: what a heading holds, without a paragraph around it. */
export function renderInline(render: Render, nodes: readonly RootContent[]): string {
  return render(nodes)
    .replace(/^<p>([\s\S]*)<\/p>$/, '$1')
    .trim();
}

/** The words alone. */
export function plainText(nodes: readonly RootContent[]): string {
  return nodes
    .map((node) =>
      node.type === 'html' ? '' : `${toString(node, { includeHtml: false })}${isBlock(node) ? ' ' : ''}`,
    )
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

function isBlock(node: RootContent): boolean {
  return ['paragraph', 'heading', 'code', 'blockquote', 'list', 'table'].includes(node.type);
}

/** First line of a node, counted from 1 in the text that was parsed. */
export function lineOf(node: RootContent | undefined): number {
  return node?.position?.start.line ?? 1;
}

export function lastLineOf(node: RootContent | undefined): number {
  return node?.position?.end.line ?? 1;
}
