import type { Detector } from '../schema.ts';
import { answers, balances, firstOverrun } from './demand.ts';
import { directSubscriptions, downstreamOf, isFed, stagesOf, upstreamOf } from './roles.ts';
import { receivedBy } from './events.ts';
import { counted } from './verdict.ts';

/** "More is better": the answer follows the demand, but exceeds it. */
export const overEmits: Detector = {
  misconception: 'over-emits',
  detect(run) {
    const overrun = firstOverrun(run);
    if (!overrun || alwaysTheSameCount(answers(run))) return null;
    return {
      says: `Your producer had been asked for ${counted(overrun.asked, 'event')} and sent ${overrun.emitted}. The surplus has nowhere to go: it waits in a buffer, and when that is full, events are lost. Send exactly what was asked.`,
      at: overrun.end.seq,
    };
  },
};

/** "The producer decides how many": the same batch, whatever is asked. */
export const ignoresDemand: Detector = {
  misconception: 'ignores-demand',
  detect(run) {
    const all = answers(run);
    const wrong = all.find(({ demand, count }) => demand !== count);
    if (!wrong || !alwaysTheSameCount(all)) return null;
    return {
      says: `Your producer sends ${wrong.count} every time, also when it is asked for ${wrong.demand}. How many is not its decision: the demand is the first argument of handleDemand.`,
      at: wrong.end.seq,
    };
  },
};

/** "Small asks can wait": nothing comes until the demand is large, so nothing comes at all. */
export const neverEmitsWhenDemandIsLow: Detector = {
  misconception: 'never-emits-when-demand-is-low',
  detect(run) {
    const all = answers(run);
    const silent = all.find(
      ({ demand, count }, i) =>
        count === 0 && all.slice(0, i).some((before) => before.count > 0 && before.demand > demand),
    );
    if (!silent || run.ended !== 'idle') return null;
    return {
      says: `Your producer answered nothing when it was asked for ${silent.demand}. A consumer that gets nothing handles nothing, so it never asks again, and all stands still. Answer every demand, also a low one.`,
      at: silent.end.seq,
    };
  },
};

/** "Whoever still wants something will ask again": what is left unanswered stays so. */
export const unservedDemandIsRepeated: Detector = {
  misconception: 'unserved-demand-is-repeated',
  detect(run) {
    const last = balances(run).at(-1);
    const lastAnswer = answers(run).at(-1);
    if (run.ended !== 'idle' || !last || !lastAnswer || last.emitted >= last.asked) return null;
    if (neverEmitsWhenDemandIsLow.detect(run)) return null;
    return {
      says: `Your producer was asked for ${last.asked} and has sent ${last.emitted}. Nobody repeats an ask: what you leave out now is never called for again. Send all that was asked.`,
      at: lastAnswer.end.seq,
    };
  },
};

/** "Started is connected": a stage stands alone. */
export const forgetsToSubscribe: Detector = {
  misconception: 'forgets-to-subscribe',
  detect({ plan }) {
    const receiving = [...stagesOf(plan, 'producerConsumer'), ...stagesOf(plan, 'consumer')];
    const alone = receiving.find((stage) => upstreamOf(plan, stage).length === 0 && !isFed(plan, stage));
    if (alone === undefined) return null;
    return {
      says: `“${alone}” is started but subscribed to nothing, so it never asks and nothing can reach it. Each stage that receives needs a subscribe of its own.`,
      at: null,
    };
  },
};

/** "A stage that exists takes part": the filter runs beside the pipeline, not in it. */
export const bypassesTheFilter: Detector = {
  misconception: 'bypasses-the-filter',
  detect(run) {
    const [direct] = directSubscriptions(run.plan);
    const [filter] = stagesOf(run.plan, 'producerConsumer').filter((stage) => isFed(run.plan, stage));
    if (!direct || filter === undefined) return null;
    const fed = downstreamOf(run.plan, filter).length > 0 ? ' also' : '';
    return {
      says: `“${direct.consumer}” is${fed} subscribed to “${direct.producer}” directly, so events pass by “${filter}”. Subscribe it to “${filter}” and to nothing else.`,
      at: receivedBy(run, 'consumer')[0]?.at ?? null,
    };
  },
};

/** "map with a condition is a filter": what should be gone comes on as something else. */
export const mapIsAFilter: Detector = {
  misconception: 'map-is-a-filter',
  detect(run) {
    const strange = receivedBy(run, 'consumer').find(({ value }) => typeof value !== 'number');
    if (!strange) return null;
    return {
      says: `The printer received ${JSON.stringify(strange.value)}. map changes every event and keeps their number; to leave some out, use filter.`,
      at: strange.at,
    };
  },
};

/** "The last expression is returned": the filter computes and hands on nothing. */
export const forgetsToReturnEvents: Detector = {
  misconception: 'forgets-to-return-events',
  detect(run) {
    const filters = new Set(stagesOf(run.plan, 'producerConsumer'));
    const ends = run.entries.filter((entry) => entry.type === 'end' && entry.callback === 'handleEvents');
    const own = ends.filter((entry) => filters.has(entry.stage));
    const last = own.at(-1);
    if (own.length < 5 || !last || own.some((entry) => entry.type === 'end' && entry.count > 0)) return null;
    return {
      says: `“${last.stage}” has handled ${own.length} batches and returned no event. Return what shall go on as events: { events: … }.`,
      at: own[0]?.seq ?? null,
    };
  },
};

/** At least two different demands, and one count for all of them. */
function alwaysTheSameCount(all: readonly { readonly demand: number; readonly count: number }[]): boolean {
  const counts = new Set(all.map(({ count }) => count));
  const demands = new Set(all.map(({ demand }) => demand));
  return demands.size > 1 && counts.size === 1;
}
