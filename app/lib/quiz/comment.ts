import type { RootContent } from 'mdast';

/** A note of the author's that no reader sees: an HTML comment. */
export function isComment(node: RootContent): boolean {
  return node.type === 'html' && commentText(node.value) !== null;
}

/** What such a comment says; `null` for other HTML. */
export function commentText(html: string): string | null {
  return /^<!--([\s\S]*?)-->\s*$/.exec(html.trim())?.[1] ?? null;
}
