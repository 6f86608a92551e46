import { EngineError } from '../errors.ts';
import { BlockEntries } from './block-entries.ts';
import { checkTraceVersion, parseEntry, parseTraceError } from './codec.ts';
import { isBlock, parseBlock, type EntryBlock } from './entry-block.ts';
import { Fields, problemOf } from './fields.ts';
import { inOrder } from './in-order.ts';
import { parsePlan } from './parse-plan.ts';
import type { PlanView } from './plan-view.ts';
import { MAX_BOOKMARK_NOTE, MAX_BOOKMARKS } from './recording.ts';
import type {
  Bookmark,
  RecordedLine,
  RecordedProgram,
  Recording,
  RecordingHead,
  RecordingTail,
} from './recording.ts';
import { MAX_LINE, MAX_WORKERS, refuseDepth, refuseName } from './refused.ts';
import { parseRecordedEnd } from './run-end.ts';
import { LOG_LEVELS } from './trace-entry.ts';
import type { TraceEntry } from './trace-entry.ts';
import { isWholeEntry } from './whole-entry.ts';
import { readWeather } from './weather.ts';

/** How much of a recording is read; default: all of it. A line is bounded in any case. */
export interface RecordingLimits {
  readonly maxEntries?: number;
  /** Stages, subscriptions and supervisors of the plan, each. */
  readonly maxStages?: number;
}

/** Names that are remembered as good ones. */
const MAX_NAMES = 10_000;

/**
 * Reads a recording of unknown origin.
 *
 * @throws {EngineError} `not_a_recording`, `recording_no_plan`, `trace_version`, `recording_too_large`, or `trace_damaged`
 *   with the number of the first line that is not as it must be. A file that was cut off is none of these: its `tail` is
 *   `null`.
 * @example
 * const { plan, entries, tail } = decodeRecording(text);
 */
export function decodeRecording(text: string, limits: RecordingLimits = {}): Recording {
  const entries: TraceEntry[] = [];
  const reader = new RecordingReader((entry) => entries.push(entry), limits);
  reader.push(text);
  const { head, tail } = reader.finish();
  return { ...head, entries: inOrder(entries), tail };
}

/** Reads a recording piece by piece: memory for one line. Every method throws as {@link decodeRecording} does. */
export class RecordingReader {
  readonly #onEntry: (entry: TraceEntry) => void;
  readonly #onBlock: (block: EntryBlock) => void;
  readonly #limits: RecordingLimits;
  readonly #names = new Set<string>();
  #rest = '';
  #line = 0;
  #count = 0;
  #head: RecordingHead | null = null;
  #tail: RecordingTail | null = null;

  /**
   * @param onEntry - Gets every entry, in the order of the file; never before the head is known.
   * @param onBlock - Gets blocks of entries as they are, where somebody else makes entries of them.
   */
  constructor(
    onEntry: (entry: TraceEntry) => void,
    limits: RecordingLimits = {},
    onBlock?: (block: EntryBlock) => void,
  ) {
    const blocks = new BlockEntries();
    this.#onEntry = onEntry;
    this.#onBlock = onBlock ?? ((block) => blocks.of(block).forEach(onEntry));
    this.#limits = limits;
  }

  /** What ran; `null` before the first line is complete. */
  get head(): RecordingHead | null {
    return this.#head;
  }

  /** Takes the next piece of the file, of any length. */
  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = this.#rest + text.slice(from, end);
      this.#rest = '';
      from = end + 1;
      this.#take(line);
    }
    this.#rest += text.slice(from);
    if (this.#rest.length > MAX_LINE) this.#take(this.#rest);
  }

  /** The file is over: what ran, and how it ended; `tail` is `null` where the file was cut off. */
  finish(): { readonly head: RecordingHead; readonly tail: RecordingTail | null } {
    const rest = this.#rest;
    this.#rest = '';
    // The last line of a process that was ended is no JSON any more; a line that merely has no end is.
    if (rest.trim() !== '' && (this.#head === null || isJson(rest))) this.#take(rest);
    if (this.#head === null) throw new EngineError('not_a_recording', { received: 'an empty file' });
    return { head: this.#head, tail: this.#tail };
  }

  #take(text: string): void {
    this.#line += 1;
    if (text.length > MAX_LINE) {
      throw new EngineError('recording_too_large', { what: 'characters in a line', limit: MAX_LINE });
    }
    if (text.trim() === '') return;
    if (this.#head === null) {
      this.#head = parseHead(text, this.#line, this.#limits);
      return;
    }
    try {
      this.#next(JSON.parse(text));
    } catch (error) {
      if (error instanceof EngineError && error.code === 'recording_too_large') throw error;
      throw damaged(this.#line, error);
    }
  }

  #next(value: unknown): void {
    if (this.#tail !== null) throw new Error('the recording has ended before it');
    if (isBlock(value)) {
      const block = parseBlock(value);
      this.#add(block.kind.length);
      this.#onBlock(block);
      return;
    }
    const entry = isWholeEntry(value) ? value : this.#parse(value);
    if (entry === null) return;
    this.#check(entry);
    this.#add(1);
    this.#onEntry(entry);
  }

  #add(entries: number): void {
    const { maxEntries = Infinity } = this.#limits;
    this.#count += entries;
    if (this.#count > maxEntries) {
      throw new EngineError('recording_too_large', { what: 'entries', limit: maxEntries });
    }
  }

  /** An entry; `null` for the end of the recording. */
  #parse(value: unknown): TraceEntry | null {
    refuseDepth(value);
    const fields = new Fields(value, '');
    if (!fields.has('end')) return parseEntry(value);
    this.#tail = parseTail(fields);
    return null;
  }

  #check(entry: TraceEntry): void {
    if (!Number.isSafeInteger(entry.seq)) throw new Error('seq must be a whole number');
    if (!Number.isFinite(entry.atMs)) throw new Error('atMs must be a number of milliseconds');
    if (!(Number.isInteger(entry.worker) && entry.worker >= 0 && entry.worker < MAX_WORKERS)) {
      throw new Error('worker must be the index of a worker');
    }
    this.#checkName('a stage', entry.stage);
    if ('subscription' in entry && entry.subscription !== undefined) {
      this.#checkName('a subscription', entry.subscription);
    }
  }

  #checkName(what: string, name: string): void {
    if (this.#names.has(name)) return;
    refuseName(what, name);
    if (this.#names.size < MAX_NAMES) this.#names.add(name);
  }
}

function parseHead(text: string, line: number, limits: RecordingLimits): RecordingHead {
  const fields = headFields(text);
  const version = fields.unknown('trace');
  if (typeof version !== 'number') {
    throw new EngineError('not_a_recording', { received: 'another kind of JSON' });
  }
  checkTraceVersion(version);
  if (!fields.has('plan')) throw new EngineError('recording_no_plan', { received: 'entries alone' });
  let head: RecordingHead;
  try {
    refuseDepth(fields.unknown('plan'));
    head = {
      plan: parsePlan(fields.unknown('plan')),
      seed: finite(fields, 'seed'),
      ...(fields.has('weather') && { weather: readWeather(fields.unknown('weather')) }),
      workers: whole(fields, 'workers', MAX_WORKERS),
      placement: fields.numbers('placement'),
      ...(fields.has('program') && { program: parseProgram(fields.fields('program')) }),
    };
    checkPlan(head.plan);
  } catch (error) {
    throw damaged(line, error);
  }
  checkSize(head.plan, limits);
  return head;
}

function headFields(text: string): Fields {
  try {
    return new Fields(JSON.parse(text.replace(/^\uFEFF/, '')), '');
  } catch {
    throw new EngineError('not_a_recording', { received: shown(text.trim()) });
  }
}

/** What somebody who chose the wrong file, or a part of one, would know it by. */
function shown(line: string): string {
  if (/^\{"trace":\d/.test(line)) return 'the beginning of that line, as the file was cut off in it';
  const beginning = line.slice(0, 40);
  return /[\p{Cc}\uFFFD]/u.test(beginning) ? 'something that is no text' : JSON.stringify(beginning);
}

function parseProgram(f: Fields): RecordedProgram {
  const files = f.fields('files');
  return {
    entry: f.text('entry'),
    files: Object.fromEntries(files.keys.map((name) => [name, files.text(name)])),
    map: f.text('map'),
    ...(f.has('code') && { code: f.text('code') }),
  };
}

function parseTail(f: Fields): RecordingTail {
  return {
    end: parseRecordedEnd(f.fields('end')),
    elapsedMs: finite(f, 'elapsedMs'),
    dropped: whole(f, 'dropped'),
    output: f.list('output', parseLine),
    uncaught: f.items('uncaught', parseTraceError),
    ...(f.has('bookmarks') && { bookmarks: parseBookmarks(f) }),
  };
}

function parseBookmarks(f: Fields): readonly Bookmark[] {
  const bookmarks = f.list('bookmarks', (own) => ({ seq: whole(own, 'seq'), note: own.text('note') }));
  if (bookmarks.length > MAX_BOOKMARKS) throw new Error(`it has more than ${MAX_BOOKMARKS} bookmarks`);
  if (bookmarks.some(({ note }) => note.length > MAX_BOOKMARK_NOTE)) {
    throw new Error(`the note of a bookmark has more than ${MAX_BOOKMARK_NOTE} characters`);
  }
  return bookmarks.toSorted((a, b) => a.seq - b.seq);
}

function parseLine(f: Fields): RecordedLine {
  return {
    worker: whole(f, 'worker', MAX_WORKERS),
    atMs: finite(f, 'atMs'),
    level: f.oneOf('level', LOG_LEVELS),
    values: f.values('values'),
    ...(f.has('place') && { place: f.text('place') }),
  };
}

/** What a picture is drawn of must fit together. */
function checkPlan({ stages, subscriptions, supervisors = [], flows = [] }: PlanView): void {
  const names = new Set<string>();
  for (const { id } of [...stages, ...supervisors, ...flows]) {
    refuseName('a stage', id);
    if (names.has(id)) throw new Error(`the plan has two stages "${id}"`);
    names.add(id);
  }
  for (const { id, consumer, producer } of subscriptions) {
    refuseName('a subscription', id);
    for (const end of [consumer, producer]) {
      if (!names.has(end))
        throw new Error(`the subscription "${id}" is of "${end}", which is no stage of the plan`);
    }
  }
}

function checkSize({ stages, subscriptions, supervisors = [] }: PlanView, limits: RecordingLimits): void {
  const { maxStages = Infinity } = limits;
  if ([stages, subscriptions, supervisors].some(({ length }) => length > maxStages)) {
    throw new EngineError('recording_too_large', { what: 'stages and subscriptions', limit: maxStages });
  }
}

function finite(f: Fields, name: string): number {
  const number = f.number(name);
  if (!Number.isFinite(number)) throw new Error(`${name} must be a finite number`);
  return number;
}

function whole(f: Fields, name: string, most = Number.MAX_SAFE_INTEGER): number {
  const number = f.number(name);
  if (!Number.isInteger(number) || number < 0 || number > most) {
    throw new Error(`${name} must be a whole number from 0 to ${most}: received ${number}`);
  }
  return number;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function damaged(line: number, error: unknown): EngineError {
  return new EngineError('trace_damaged', { line, problem: problemOf(error) });
}
