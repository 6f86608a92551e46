import { capital, listed, plural } from '../../view/value-label.ts';
import { guaranteeOf, type CrashSettings } from './crash-programs.ts';
import { fateOf, FATES, isInFlight, type Fate, type FlightLedger } from './flight-ledger.ts';
import { ORDERS, type OrderPlaces } from './order-places.ts';

/** What came of a run with a crash, order by order. */
export interface Outcome {
  /** Ids by what the table holds of them in the end. */
  readonly ids: Readonly<Record<Fate, readonly number[]>>;
  /** The same of those only that were in flight when the stage crashed. */
  readonly flying: Readonly<Record<Fate, number>>;
  /** Orders that the table was asked to save once more, and had. */
  readonly repeats: readonly number[];
}

/** What the run has come to by its end. */
export function outcomeOf(places: OrderPlaces): Outcome {
  const wereFlying = new Set(
    places.crash
      ? places
          .at(places.crash.n)
          .filter(isInFlight)
          .map(({ id }) => id)
      : [],
  );
  const ids: Record<Fate, number[]> = { once: [], lost: [], twice: [] };
  const flying: Record<Fate, number> = { once: 0, lost: 0, twice: 0 };
  const repeats: number[] = [];
  for (const order of places.at(places.entries.length)) {
    const fate = fateOf(order);
    ids[fate].push(order.id);
    if (wereFlying.has(order.id)) flying[fate] += 1;
    if (order.repeats > 0) repeats.push(order.id);
  }
  return { ids, flying, repeats };
}

/** What the run has come to, in a sentence or two. */
export function outcomeSentence({ ids, repeats }: Outcome, settings: CrashSettings): string {
  const guarantee = `${capital(guaranteeOf(settings))}:`;
  if (ids.lost.length > 0)
    return `${guarantee} ${ordersText(ids.lost)} ${isAre(ids.lost)} lost. What is acknowledged before it is saved, nobody sends again.`;
  if (ids.twice.length > 0)
    return `${guarantee} nothing is lost, and ${ordersText(ids.twice)} ${isAre(ids.twice)} in the table twice: saved, not acknowledged by then, and sent again.`;
  if (repeats.length > 0)
    return `${guarantee} all ${ORDERS} are in the table once. ${capital(ordersText(repeats))} came twice, and the table had ${repeats.length === 1 ? 'it' : 'them'}.`;
  const spared =
    settings.acknowledge === 'after' ? 'saved and not acknowledged' : 'acknowledged and not saved';
  return `${guarantee} all ${ORDERS} are in the table once. At this moment no stage that ended had an order that was ${spared}: another moment may cost more.`;
}

/** What somebody expects of the orders in flight; how many of them. */
export type CrashGuess = Readonly<Record<Fate, number>>;

/** How near a guess came, in a sentence. */
export function guessSentence(guess: CrashGuess, { flying }: Outcome): string {
  const off = FATES.filter((fate) => guess[fate] !== flying[fate]);
  if (off.length === 0) return 'It came as you said.';
  const parts = off.map((fate) => `${FATE_WORDS[fate]} ${flying[fate]} instead of ${guess[fate]}`);
  return `You expected otherwise: ${listed(parts)}.`;
}

/** What is in flight when the run is held, in a sentence. */
export function stopSentence({ crash, total }: FlightLedger): string {
  return `Held just before “${crash.stage}” crashes: ${plural(total, 'order')} ${total === 1 ? 'is' : 'are'} in flight.`;
}

export const FATE_WORDS: Readonly<Record<Fate, string>> = {
  once: 'once',
  lost: 'lost',
  twice: 'twice',
};

/** "order 5", "orders 5 to 8 and 12". */
export function ordersText(ids: readonly number[]): string {
  return `${ids.length === 1 ? 'order' : 'orders'} ${idsText(ids)}`;
}

/** Ids in order, runs of three and more as "5 to 8". */
export function idsText(ids: readonly number[]): string {
  const sorted = [...ids].sort((a, b) => a - b);
  const runs: { from: number; to: number }[] = [];
  for (const id of sorted) {
    const last = runs.at(-1);
    if (last?.to === id - 1) last.to = id;
    else runs.push({ from: id, to: id });
  }
  return listed(
    runs.flatMap(({ from, to }) => {
      if (to - from >= 2) return [`${from} to ${to}`];
      return from === to ? [String(from)] : [String(from), String(to)];
    }),
  );
}

function isAre(ids: readonly number[]): string {
  return ids.length === 1 ? 'is' : 'are';
}
