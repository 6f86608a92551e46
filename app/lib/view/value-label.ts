import type { TraceValue } from 'sluice';

/** Shapes an event's glyph may have, so that a key is never told by colour alone. */
export const GLYPH_SHAPES = ['round', 'square', 'diamond', 'hexagon', 'triangle', 'shield'] as const;

export type GlyphShape = (typeof GLYPH_SHAPES)[number];

/** One event, ready to draw: a filled shape with a short label; its full value as text. */
export interface EventGlyph {
  readonly label: string;
  readonly title: string;
  readonly shape: GlyphShape;
  /** Index into the stage palette by key; `null` = the colour of events. */
  readonly hue: number | null;
}

const LABEL_CHARACTERS = 5;
const TITLE_CHARACTERS = 60;
const KEY_FIELDS = ['key', 'id', 'name', 'origin'];

/** A value that is a list, not a record: `Array.isArray` tells no list that may not be written to. */
export const isList = (value: TraceValue): value is readonly TraceValue[] => Array.isArray(value);

const cut = (text: string, characters: number) =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;

/** A value in one line, as a learner would write it; at most `characters` long. */
export function valueText(value: TraceValue, characters = TITLE_CHARACTERS): string {
  return cut(literal(value), characters);
}

/** Characters of a reason: longer ones are read where they are told in full. */
const REASON_CHARACTERS = 60;

/**
 * Why something ended, in one line: a failure as its error says it, anything else as a value.
 *
 * @param characters - At most; the rest is left out.
 */
export function reasonText(reason: TraceValue, characters = REASON_CHARACTERS): string {
  if (reason !== null && typeof reason === 'object' && !isList(reason)) {
    const { error, message } = reason;
    if (typeof error === 'string' && typeof message === 'string') {
      return cut(`${error}: ${message}`, characters);
    }
  }
  return valueText(reason, characters);
}

function literal(value: TraceValue): string {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'string' ? `"${value}"` : String(value);
  }
  if (isList(value)) return `[${value.map(literal).join(', ')}]`;
  const fields = Object.entries(value).map(([name, own]) => `${name}: ${literal(own)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** A value in at most five characters: `7`, `12.5`, `1.2M`, `ATL`, `[3]`. */
export function shortLabel(value: TraceValue): string {
  if (typeof value === 'number') return shortNumber(value);
  if (typeof value === 'string') return cut(value, LABEL_CHARACTERS);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isList(value)) return isKeyed(value) ? shortLabel(value[0] ?? null) : `[${value.length}]`;
  const key = keyOf(value);
  const shown = key ?? Object.values(value).find((own) => own === null || typeof own !== 'object');
  return shown === undefined ? '{…}' : shortLabel(shown);
}

function shortNumber(value: number): string {
  const plain = String(value);
  if (plain.length <= LABEL_CHARACTERS) return plain;
  const size = Math.abs(value);
  if (size >= 1e12) return value.toExponential(0).replace('+', '');
  const units: readonly (readonly [number, string])[] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const unit = units.find(([least]) => size >= least);
  if (!unit) return String(Number(value.toPrecision(2)));
  return `${Number((value / unit[0]).toPrecision(2))}${unit[1]}`;
}

/** How an event is drawn. Events with a key (a pair, or a record with a key field) get its shape and hue. */
export function eventGlyph(value: TraceValue): EventGlyph {
  const key = keyOf(value);
  const hash = key === null ? null : hashOf(String(key));
  return {
    label: shortLabel(value),
    title: valueText(value),
    shape: (hash === null ? undefined : GLYPH_SHAPES[hash % GLYPH_SHAPES.length]) ?? 'round',
    hue: hash === null ? null : hash,
  };
}

const isKeyed = (value: readonly TraceValue[]) => value.length === 2 && typeof value[0] === 'string';

/** What tells events apart that belong together: the first of a pair, a field such as `key` or `id`; `null`: it has none. */
export function keyOf(value: TraceValue): string | number | null {
  if (value === null || typeof value !== 'object') return null;
  if (isList(value)) {
    const first = value[0];
    return isKeyed(value) && typeof first === 'string' ? first : null;
  }
  for (const field of KEY_FIELDS) {
    const key = value[field];
    if (typeof key === 'string' || typeof key === 'number') return key;
  }
  return null;
}

/** FNV-1a: small, and the same on every machine. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}

/** "1 event", "5 events". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** Made once: `toLocaleString` looks its locale up at every call, which a picture makes many times a frame. */
const COUNTS = new Intl.NumberFormat('en-US');

/** A count with thousands set apart: `12,345`. */
export function countText(count: number): string {
  return COUNTS.format(count);
}

/** A duration in words a person reads at a glance: `0.4 ms`, `12 ms`, `3.2 s`. */
export function durationText(ms: number): string {
  if (ms >= 10_000) return `${Math.round(ms / 1_000)} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms >= 10 || Number.isInteger(ms) ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** A text with a large first letter. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** A share of 0 to 1 as "62 %", with a space that no line ends at. */
export function percentText(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`;
}
