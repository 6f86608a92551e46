import * as v from 'valibot';

// What the engine's own readers take, said once more: every page reads records, and few of them need the engine.

/** An hour: the last moment of a strip, ms. */
const MAX_MS = 3_600_000;
const MAX_BLOCKS = 1_000;
const MAX_CONDITIONS = 50;
const MAX_SLOW_MS = 60_000;

const name = v.pipe(v.string(), v.minLength(1));
const moment = v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_MS));
const span = { stage: name, fromMs: moment, toMs: moment };
const wholeCount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const lasts = <T extends { readonly fromMs: number; readonly toMs: number }>() =>
  v.check<T, string>(({ fromMs, toMs }) => toMs > fromMs, 'a block must end after it begins');

const block = v.variant('kind', [
  v.pipe(
    v.object({
      kind: v.literal('burst'),
      ...span,
      times: v.pipe(v.number(), v.minValue(0.01), v.maxValue(1_000)),
    }),
    lasts(),
  ),
  v.pipe(v.object({ kind: v.literal('pause'), ...span }), lasts()),
  v.pipe(
    v.object({
      kind: v.literal('slow'),
      ...span,
      byMs: v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_SLOW_MS)),
    }),
    lasts(),
  ),
  v.object({ kind: v.literal('crash'), stage: name, atMs: moment }),
]);

const condition = v.variant('kind', [
  v.object({ kind: v.literal('depth'), stage: name, atLeast: v.pipe(wholeCount, v.minValue(1)) }),
  v.object({
    kind: v.literal('pending'),
    subscription: name,
    is: wholeCount,
    forMs: v.exactOptional(v.pipe(v.number(), v.minValue(0))),
  }),
  v.object({
    kind: v.literal('value'),
    of: v.union([v.strictObject({ subscription: name }), v.strictObject({ stage: name })]),
    path: v.string(),
    equals: v.string(),
  }),
  v.object({ kind: v.literal('window'), stage: v.exactOptional(name) }),
]);

/** What the runs of one step go through. */
export const weatherSchema = v.pipe(v.array(block), v.maxLength(MAX_BLOCKS));

/** Where the runs of one step stop, and which of that counts now. */
export const stopsSchema = v.pipe(
  v.array(v.object({ condition, isOn: v.boolean() })),
  v.maxLength(MAX_CONDITIONS),
);
