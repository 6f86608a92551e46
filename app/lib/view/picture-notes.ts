import { MOST_TRAVELLERS, TRAVEL_MS, type Flow } from './motion.ts';
import { countText, plural } from './value-label.ts';

/** Batches a second from which a lane is drawn as a stream, about: more would be on their way at once than can be told apart. */
export const BUNDLED_FROM_PER_SECOND = Math.round((MOST_TRAVELLERS * 1_000) / TRAVEL_MS);

/** What the picture leaves out or draws otherwise than it was, in sentences for whoever looks at it. */
export const SIMPLIFIED: readonly string[] = [
  `Events and asks take about half a second from end to end, however long they took: the timeline has the real times.`,
  `Of a batch the first events are drawn one by one; a shape with “+” counts the others.`,
  `From about ${BUNDLED_FROM_PER_SECOND} batches a second on, a lane is drawn as a stream: the wider, the more a second. Its number counts them.`,
  `A recording tells when a batch was sent and when it was taken, not when it arrived: what stands at the mailbox may still be on its way.`,
  `While more changes than can be read, cards take turns: each is a few frames behind at most, and as it should be as soon as the picture rests.`,
  `Busy and blocked are shares of the last second of the run. In slow motion stages wait for your pace, so they are hardly ever busy.`,
  `There are six shapes and twelve colours for keys: two keys may look alike. Point at an event to read its value.`,
  `Long values are cut as they are recorded: texts after 200 characters, lists after 20 items, three levels deep.`,
  `Stages beside each other need not run at once: those on one worker take turns.`,
];

/** Keys of the picture, and what they do. */
export const PICTURE_KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Arrow keys', 'along the subscriptions, or to what stands beside'],
  ['Home, End', 'first stage, last stage'],
  ['Enter', 'selects, and explains below'],
  ['Escape', 'looks at nothing any more'],
  ['+  −  0', 'larger, smaller, 100 %'],
  ['F', 'the whole picture'],
  ['Drag, or Ctrl + wheel', 'moves the picture, or zooms where the pointer is'],
];

/** A lane that is drawn as a stream. */
export interface BundledLane {
  /** "numbers → evens". */
  readonly name: string;
  readonly kind: 'events' | 'asks';
  readonly flow: Pick<Flow, 'perSecond'>;
}

/** Lanes named one by one. */
const LANES_NAMED = 3;

/**
 * What is bundled, and from which rate on, in words: "Bundled into streams, as more than about 13 batches a second pass: numbers →
 * evens 1,240 events a second. Wider is more." `null` where nothing is.
 */
export function bundledSentence(lanes: readonly BundledLane[]): string | null {
  const streams = lanes.filter(({ kind, flow }) => kind === 'events' && flow.perSecond > 0);
  if (streams.length === 0) return null;
  const named = streams
    .slice(0, LANES_NAMED)
    .map(({ name, flow: { perSecond } }, i) =>
      i === 0 ? `${name} ${plural(perSecond, 'event')} a second` : `${name} ${countText(perSecond)}`,
    );
  const more = streams.length > LANES_NAMED ? ` and ${countText(streams.length - LANES_NAMED)} more` : '';
  return `Bundled into streams, as more than about ${BUNDLED_FROM_PER_SECOND} batches a second pass: ${named.join(', ')}${more}. Wider is more.`;
}
