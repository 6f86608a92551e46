import { seededRandom } from '#engine/time/random.ts';

/** Different words of the text; the n-th most frequent comes 1/n as often as the first (Zipf). */
const VOCABULARY = 20_000;
const WORDS_PER_LINE = 10;
/** Words of the whole text: 20 MB. */
export const WORDS_OF_TEXT = 3_800_000;
const LETTERS = 'etaoinshrdlucmfwyp';

/** The word of a rank: short where it is frequent. */
function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank + 7; rest > 0; rest = Math.floor(rest / LETTERS.length)) {
    word += LETTERS[rest % LETTERS.length] ?? '';
  }
  return word.repeat(word.length < 3 ? 2 : 1) + (rank % 3 === 0 ? 'ing' : '');
}

/** Ranks of the first words of the text, in its order. */
function drawRanks(words: number): Uint16Array {
  const sums = new Float64Array(VOCABULARY);
  let sum = 0;
  for (let rank = 0; rank < VOCABULARY; rank++) sums[rank] = sum += 1 / (rank + 1);
  const random = seededRandom(7);
  const drawn = new Uint16Array(words);
  for (let i = 0; i < drawn.length; i++) {
    const aim = random() * sum;
    let [low, high] = [0, VOCABULARY - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < aim) low = middle + 1;
      else high = middle;
    }
    drawn[i] = low;
  }
  return drawn;
}

interface Text {
  readonly ranks: Uint16Array;
  readonly lines: readonly string[];
}

let made: Text | null = null;

/** At least so many words from the beginning. Made when they are needed first. */
function textOf(words: number): Text {
  const wanted = wordsIn(words);
  if (!made || made.ranks.length < wanted) made = makeText(wanted);
  return made;
}

function makeText(wanted: number): Text {
  const drawn = drawRanks(wanted);
  const words = Array.from({ length: VOCABULARY }, (_, rank) => wordOf(rank));
  const lines: string[] = [];
  for (let i = 0; i < drawn.length; i += WORDS_PER_LINE) {
    const line: string[] = [];
    for (const rank of drawn.subarray(i, i + WORDS_PER_LINE)) line.push(words[rank] ?? '');
    lines.push(line.join(' '));
  }
  return { ranks: drawn, lines };
}

/** The lines of so many words from the beginning of the text. Made once. */
export function linesOf(words: number): readonly string[] {
  const { lines } = textOf(words);
  const count = Math.ceil(words / WORDS_PER_LINE);
  return count >= lines.length ? lines : lines.slice(0, count);
}

/** Words in as many lines. */
export function wordsIn(words: number): number {
  return Math.min(WORDS_OF_TEXT, Math.ceil(words / WORDS_PER_LINE) * WORDS_PER_LINE);
}

export function splitLine(line: string): string[] {
  return line.split(' ');
}

/** A number that tells counts of words from wrong ones. */
export function digestOf(counts: Iterable<readonly [word: string, count: number]>): number {
  let digest = 0;
  for (const [word, count] of counts) digest += count * (count + word.length);
  return digest;
}

const digests = new Map<number, number>();

/** The digest of the right counts, by the ranks of the words instead of the words. */
export function digestOfText(words: number): number {
  const known = digests.get(words);
  if (known !== undefined) return known;
  const counts = new Float64Array(VOCABULARY);
  for (const rank of textOf(words).ranks.subarray(0, wordsIn(words))) counts[rank] = (counts[rank] ?? 0) + 1;
  const ofWords = new Map<string, number>();
  // Ranks may share a word.
  for (const [rank, count] of counts.entries()) {
    if (count > 0) ofWords.set(wordOf(rank), (ofWords.get(wordOf(rank)) ?? 0) + count);
  }
  const digest = digestOf(ofWords);
  digests.set(words, digest);
  return digest;
}

export function countWord(counts: Map<string, number>, word: string): Map<string, number> {
  return counts.set(word, (counts.get(word) ?? 0) + 1);
}

/** Counts the words of lines, as somebody would by hand. */
export function countByHand(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    for (const word of splitLine(line)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Adds counts to others. */
export function addCounts(
  sum: Map<string, number>,
  counts: Iterable<readonly [string, number]>,
): Map<string, number> {
  for (const [word, count] of counts) sum.set(word, (sum.get(word) ?? 0) + count);
  return sum;
}
