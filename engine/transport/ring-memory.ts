import { EngineError } from '../errors.ts';
import { RING_HEADER_BYTES, WORDS_APART } from './line-memory.ts';

const HEAD = 0;
const TAIL = WORDS_APART;
const CLOSED = 2 * WORDS_APART;
const KNOCKED = 3 * WORDS_APART;
/** Written by the one who writes the head, and read where that is read. */
const ANNOUNCED = HEAD + 1;

/** A frame begins with its length in bytes and its mark; frames begin at multiples of 8 bytes. */
const FRAME_HEADER_BYTES = 8;
/** Instead of a length: nothing more before the end of the memory, the next frame is at its beginning. */
const WRAP = -1;

const { load, store, exchange } = Atomics;

interface Views {
  readonly state: Int32Array;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  /** Position in the memory = position modulo this. */
  readonly size: number;
}

/**
 * The one writer of a ring: frames of bytes, each published whole. A ring that is full takes nothing, and nobody waits.
 */
export class RingWriter {
  readonly #views: Views;
  /** Bytes written in all, modulo 2³²; the same as in the memory. */
  #head: number;
  /** Bytes read, as last seen. */
  #tail: number;

  constructor(memory: SharedArrayBuffer) {
    this.#views = viewsOf(memory);
    this.#head = load(this.#views.state, HEAD);
    this.#tail = load(this.#views.state, TAIL);
  }

  /** The longest frame that an empty ring takes wherever it stands, bytes. */
  get longest(): number {
    return this.#views.size / 2 - FRAME_HEADER_BYTES;
  }

  /** The reader takes nothing any more. */
  get isClosed(): boolean {
    return load(this.#views.state, CLOSED) !== 0;
  }

  /** Writes a frame of the first `length` bytes; whether there was room. */
  write(frame: Uint8Array, length: number, mark: number): boolean {
    const { state, words, bytes, size } = this.#views;
    if (length > this.longest) return false;
    const needed = FRAME_HEADER_BYTES + roundedUp(length);
    let at = this.#head & (size - 1);
    const toEnd = size - at;
    const skipped = needed > toEnd ? toEnd : 0;
    if (!this.#hasRoom(needed + skipped)) return false;
    if (skipped > 0) {
      words[at >> 2] = WRAP;
      at = 0;
    }
    words[at >> 2] = length;
    words[(at >> 2) + 1] = mark;
    bytes.set(frame.subarray(0, length), at + FRAME_HEADER_BYTES);
    this.#head = (this.#head + needed + skipped) | 0;
    store(state, HEAD, this.#head);
    return true;
  }

  /** Says how many batches have gone by other means, modulo 2³². */
  announce(batches: number): void {
    store(this.#views.state, ANNOUNCED, batches);
  }

  /** The reader has to be called by other means; whether that has not been done since it last looked. */
  knock(): boolean {
    return exchange(this.#views.state, KNOCKED, 1) === 0;
  }

  #hasRoom(needed: number): boolean {
    const { state, size } = this.#views;
    if (size - ((this.#head - this.#tail) >>> 0) >= needed) return true;
    this.#tail = load(state, TAIL);
    return size - ((this.#head - this.#tail) >>> 0) >= needed;
  }
}

/** The one reader of a ring. */
export class RingReader {
  readonly #views: Views;
  #tail: number;
  /** Bytes written, as last seen. */
  #head: number;

  constructor(memory: SharedArrayBuffer) {
    this.#views = viewsOf(memory);
    this.#tail = load(this.#views.state, TAIL);
    this.#head = this.#tail;
  }

  /**
   * The mark of the next frame; `null` when there is none.
   *
   * @throws {EngineError} `line_damaged`.
   */
  peek(): number | null {
    const { words, state } = this.#views;
    if (this.#tail === this.#head) {
      this.#head = load(state, HEAD);
      if (this.#tail === this.#head) return null;
    }
    const at = this.#begin();
    return words[(at >> 2) + 1] ?? 0;
  }

  /**
   * Copies the next frame, which `peek` has seen, to the beginning of what `room` gives for its length, and lets it go.
   *
   * @returns Its length in bytes.
   */
  take(room: (length: number) => Uint8Array): number {
    const { words, bytes, state } = this.#views;
    const at = this.#begin();
    const length = words[at >> 2] ?? 0;
    const from = at + FRAME_HEADER_BYTES;
    room(length).set(bytes.subarray(from, from + length));
    this.#tail = (this.#tail + FRAME_HEADER_BYTES + roundedUp(length)) | 0;
    store(state, TAIL, this.#tail);
    return length;
  }

  /** Batches that have gone by other means, modulo 2³². */
  get announced(): number {
    return load(this.#views.state, ANNOUNCED);
  }

  /** Takes nothing any more, which the writer can see. */
  close(): void {
    store(this.#views.state, CLOSED, 1);
  }

  /** Who was called looks now: the next frame calls again. */
  answer(): void {
    store(this.#views.state, KNOCKED, 0);
  }

  /** Where the next frame is, checked: what is read afterwards lies within the memory. */
  #begin(): number {
    const { words, size } = this.#views;
    let at = this.#tail & (size - 1);
    let written = (this.#head - this.#tail) >>> 0;
    if (words[at >> 2] === WRAP) {
      const skipped = size - at;
      if (skipped >= written) throw damaged(WRAP);
      this.#tail = (this.#tail + skipped) | 0;
      written -= skipped;
      at = 0;
    }
    const length = words[at >> 2] ?? -1;
    const fits = length >= 0 && FRAME_HEADER_BYTES + length <= Math.min(written, size - at);
    if (!fits) throw damaged(length);
    return at;
  }
}

function viewsOf(memory: SharedArrayBuffer): Views {
  const size = memory.byteLength - RING_HEADER_BYTES;
  if (!isSize(size)) throw new EngineError('ring_size', { received: size });
  return {
    state: new Int32Array(memory, 0, RING_HEADER_BYTES / 4),
    words: new Int32Array(memory, RING_HEADER_BYTES),
    bytes: new Uint8Array(memory, RING_HEADER_BYTES),
    size,
  };
}

function isSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= 64 && bytes <= 2 ** 30 && (bytes & (bytes - 1)) === 0;
}

function roundedUp(length: number): number {
  return (length + 7) & ~7;
}

function damaged(length: number): EngineError<'line_damaged'> {
  return new EngineError('line_damaged', {
    problem: `a frame of ${length} bytes does not fit into what was written`,
  });
}
