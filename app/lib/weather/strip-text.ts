import { readWeather, type Weather, type WeatherBlock } from 'sluice';
import { readSeed } from './seed.ts';

/** A strip and the seed that goes with it; `null`: another seed each time. */
export interface Storm {
  readonly seed: number | null;
  readonly weather: Weather;
}

/** What became of a text that was to be a strip. */
export type ReadStorm =
  { readonly ok: true; readonly storm: Storm } | { readonly ok: false; readonly message: string };

/**
 * A strip as a short text that goes into a message, a file or a link.
 *
 * @example
 * encodeStorm({ seed: 7, weather: [{ kind: 'burst', stage: 'ticks', fromMs: 0, toMs: 900, times: 5 }] });
 * // => 'seed:7;burst:ticks:0-900:5'
 */
export function encodeStorm({ seed, weather }: Storm): string {
  return [...(seed === null ? [] : [`seed:${seed}`]), ...weather.map(blockText)].join(';');
}

/** Reads what {@link encodeStorm} has written, or says what is wrong with it. Never throws. */
export function decodeStorm(text: string): ReadStorm {
  let seed: number | null = null;
  const blocks: unknown[] = [];
  const parts = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return { ok: false, message: 'There is nothing in it: copy a strip first.' };
  for (const part of parts) {
    const [what = '', ...rest] = part.split(':');
    if (what === 'seed') {
      const read = readSeed(rest.join(':'));
      if (!read.ok) return { ok: false, message: read.message };
      ({ seed } = read);
    } else blocks.push(fieldsOf(what, rest));
  }
  try {
    return { ok: true, storm: { seed, weather: readWeather(blocks) } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `This is no strip. ${why}.` };
  }
}

function blockText(block: WeatherBlock): string {
  const name = encodeURIComponent(block.stage);
  if (block.kind === 'crash') return `crash:${name}:${block.atMs}`;
  const span = `${block.kind}:${name}:${block.fromMs}-${block.toMs}`;
  switch (block.kind) {
    case 'burst':
      return `${span}:${block.times}`;
    case 'slow':
      return `${span}:${block.byMs}`;
    case 'pause':
      return span;
  }
}

/** The fields of one block as they are written: what is wrong with them is for `readWeather` to say. */
function fieldsOf(kind: string, [name = '', when = '', strength = '']: readonly string[]): unknown {
  const [from = '', to = ''] = when.split('-');
  return {
    kind,
    stage: decoded(name),
    fromMs: numberOf(from),
    toMs: numberOf(to),
    atMs: numberOf(when),
    times: numberOf(strength),
    byMs: numberOf(strength),
  };
}

function numberOf(text: string): number | string {
  return text.trim() === '' ? text : Number(text);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
