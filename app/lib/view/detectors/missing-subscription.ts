import type { CallbackName, PlanView, Seq, StageId } from 'sluice';
import { plannedByFlow, type Detector, type Finding } from './detector.ts';

/** A run that was cut short has to have gone on for so long, in entries: callbacks may subscribe, too. */
const LEAST_ENTRIES = 200;
/** A stage that handles these serves others, and may do without events. */
const MESSAGES: ReadonlySet<CallbackName> = new Set(['handleCall', 'handleCast']);

/** A stage that takes no part: it is subscribed to nothing, or nobody is subscribed to it. */
export const missingSubscription: Detector = {
  misconceptions: ['forgets-to-subscribe', 'bypasses-the-filter', 'producer-starts'],
  watch(plan) {
    const fed = new Set(plan.subscriptions.map(({ consumer }) => consumer));
    const asked = new Set(plan.subscriptions.map(({ producer }) => producer));
    const started = new Map<StageId, Seq>();
    const spokenTo = new Set<StageId>();
    return {
      types: ['start', 'subscribe', 'subscribed', 'begin', 'exit', 'crash'],
      take(entry) {
        const { stage } = entry;
        if (entry.type === 'start') started.set(stage, entry.seq);
        if (entry.type === 'exit' || entry.type === 'crash') started.delete(stage);
        if (entry.type === 'subscribed') asked.add(stage);
        if (entry.type === 'begin' && MESSAGES.has(entry.callback)) spokenTo.add(stage);
        if (entry.type !== 'subscribe') return;
        fed.add(stage);
        asked.add(entry.producer);
      },
      finding({ atRest, meddled, entries }) {
        if (!atRest && (meddled || entries < LEAST_ENTRIES)) return null;
        return aloneIn(plan, { fed, asked, started, spokenTo });
      },
    };
  },
};

interface Wiring {
  readonly fed: ReadonlySet<StageId>;
  readonly asked: ReadonlySet<StageId>;
  readonly started: ReadonlyMap<StageId, Seq>;
  /** Others call them, or cast to them. */
  readonly spokenTo: ReadonlySet<StageId>;
}

function aloneIn(plan: PlanView, { fed, asked, started, spokenTo }: Wiring): Finding | null {
  const planned = plannedByFlow(plan);
  const running = plan.stages.flatMap(({ id, kind }) => {
    const at = started.get(id);
    return at === undefined || planned.has(id) ? [] : [{ id, kind, at }];
  });
  const deaf = running.find(({ id, kind }) => kind !== 'producer' && !fed.has(id) && !spokenTo.has(id));
  if (deaf) return notSubscribed(deaf.id, deaf.at);
  const unasked = running.filter(({ id, kind }) => kind !== 'consumer' && !asked.has(id));
  for (const { id, at } of unasked) {
    const past = passing(plan, id);
    if (past !== null) return passedBy(id, past, at);
  }
  const [first] = unasked;
  return first ? nobodyAsks(first.id, first.at) : null;
}

/** A consumer that takes events where a stage takes its own: they pass by it. */
function passing({ stages, subscriptions }: PlanView, stage: StageId): StageId | null {
  const kinds = new Map(stages.map(({ id, kind }) => [id, kind]));
  const sources = new Set(
    subscriptions.flatMap(({ consumer, producer }) => (consumer === stage ? [producer] : [])),
  );
  const past = subscriptions.find(
    ({ consumer, producer }) => sources.has(producer) && kinds.get(consumer) === 'consumer',
  );
  return past?.consumer ?? null;
}

function notSubscribed(stage: StageId, at: Seq): Finding {
  return {
    misconception: 'forgets-to-subscribe',
    says: `“${stage}” was started and is subscribed to nothing: it never asked, and no event reached it.`,
    hints: [
      `Look for a line that leads to “${stage}” in the picture.`,
      'A stage that is started stands alone. Only a subscription connects two stages, and each stage that receives needs one of its own.',
      `Which stage should “${stage}” get its events from? Subscribe it to that one.`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}

function passedBy(stage: StageId, consumer: StageId, at: Seq): Finding {
  return {
    misconception: 'bypasses-the-filter',
    says: `Nobody is subscribed to “${stage}”: events go to “${consumer}” without passing through it.`,
    hints: [
      `Follow an event through the picture, from its source to “${consumer}”.`,
      'Events go where the subscriptions lead. A stage that nobody asks changes nothing.',
      `Look at what “${consumer}” is subscribed to. Which stage should be the last one before it?`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}

function nobodyAsks(stage: StageId, at: Seq): Finding {
  return {
    misconception: 'producer-starts',
    says: `Nobody is subscribed to “${stage}”: it was never asked, so it sent nothing.`,
    hints: [
      `Look for an ask that arrives at “${stage}”: there is none.`,
      'A producer waits; the first move is always a consumer’s ask. Without a consumer at the end nothing flows.',
      `Start a consumer for what “${stage}” makes, and subscribe it.`,
    ],
    at,
    subject: { type: 'stage', id: stage },
  };
}
