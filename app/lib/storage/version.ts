/**
 * Names a starting text by its content (FNV-1a, 32 bit, twice with different seeds). Not for secrets: it only tells
 * one edition of a lesson's files from another.
 */
export function contentVersion(files: Readonly<Record<string, string>>): string {
  const text = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}\u0000${value}`)
    .join('\u0001');
  return [0x811c9dc5, 0x01000193].map((seed) => fnv1a(text, seed).toString(36)).join('');
}

function fnv1a(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
