import type { StageId } from '../ids.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { BURST_TIMES, beginOf, endOf, type Weather, type WeatherBlock } from '../trace/weather.ts';
import type { HostFaults } from './host-faults.ts';

/** What the weather needs of the host whose stages it strikes. */
export interface WeatherOn {
  readonly after: Scheduler['after'];
  readonly faults: Pick<HostFaults, 'burst' | 'slow' | 'freeze' | 'thaw' | 'crash'>;
  readonly isHere: (stage: StageId) => boolean;
  /** Told after every change: there may be something to do. */
  readonly changed: () => void;
}

/** A moment at which a block begins or ends. */
interface Turn {
  readonly atMs: number;
  readonly block: WeatherBlock;
  readonly begins: boolean;
}

/** The weather over the stages of one worker: what strikes which of them, and when (WEA-1). */
export class HostWeather {
  readonly #weather: Weather;
  readonly #on: WeatherOn;
  /** Blocks that hold now. */
  readonly #over = new Set<WeatherBlock>();
  /** Stages that it has frozen itself: what somebody else has frozen it does not thaw. */
  readonly #frozen = new Set<StageId>();
  readonly #timers = new Set<() => void>();

  constructor(weather: Weather, on: WeatherOn) {
    this.#weather = weather;
    this.#on = on;
  }

  /**
   * The run begins, or goes on here after so many ms: what has begun by then holds, and is recorded already; what has
   * struck does not strike again.
   */
  begin(elapsedMs: number): void {
    const own = this.#weather.filter(({ stage }) => this.#on.isHere(stage));
    const turns = own.flatMap(turnsOf).sort(byTime);
    for (const turn of turns.filter(({ atMs }) => atMs < elapsedMs)) this.#note(turn);
    for (const stage of new Set([...this.#over].map((block) => block.stage))) this.#resume(stage);
    for (const turn of turns.filter(({ atMs }) => atMs >= elapsedMs)) {
      if (turn.atMs === 0) this.#strike(turn);
      else this.#wait(turn, turn.atMs - elapsedMs);
    }
  }

  /** Whether a stage is held by a pause that will end: what waits for it is not lost. */
  pauses(stage: StageId): boolean {
    return this.#frozen.has(stage);
  }

  /** The run is over. */
  end(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }

  #wait(turn: Turn, delayMs: number): void {
    const cancel = this.#on.after(delayMs, () => {
      this.#timers.delete(cancel);
      this.#strike(turn);
      this.#on.changed();
    });
    this.#timers.add(cancel);
  }

  #note({ block, begins }: Turn): void {
    if (block.kind === 'crash') return;
    if (begins) this.#over.add(block);
    else this.#over.delete(block);
  }

  #strike(turn: Turn): void {
    const { stage, kind } = turn.block;
    const { faults, changed } = this.#on;
    const before = this.#sums(stage);
    this.#note(turn);
    const now = this.#sums(stage);
    switch (kind) {
      case 'burst':
        return now.times === before.times ? undefined : faults.burst(stage, now.times);
      case 'slow':
        return now.byMs === before.byMs ? undefined : faults.slow(stage, now.byMs);
      case 'pause':
        if (now.isPaused === before.isPaused) return;
        if (!now.isPaused) return this.#frozen.delete(stage) ? faults.thaw(stage) : undefined;
        if (faults.freeze(stage)) this.#frozen.add(stage);
        return;
      case 'crash':
        void faults.crash(stage, CRASH)?.then(changed);
        return;
    }
  }

  /** A worker in place of another goes on with what holds. A new life is not frozen. */
  #resume(stage: StageId): void {
    const { times, byMs } = this.#sums(stage);
    const { faults } = this.#on;
    if (times !== 1) faults.burst(stage, times, { isKnown: true });
    if (byMs > 0) faults.slow(stage, byMs, { isKnown: true });
  }

  /** Blocks of one stage that overlap: slow-downs add up, bursts multiply within what one may say. */
  #sums(stage: StageId): { readonly times: number; readonly byMs: number; readonly isPaused: boolean } {
    let [times, byMs, isPaused] = [1, 0, false];
    for (const block of this.#over) {
      if (block.stage !== stage) continue;
      if (block.kind === 'burst') times *= block.times;
      else if (block.kind === 'slow') byMs += block.byMs;
      else if (block.kind === 'pause') isPaused = true;
    }
    const { least, most } = BURST_TIMES;
    return { times: Math.min(Math.max(times, least), most), byMs, isPaused };
  }
}

/** What a crash out of the weather says. */
const CRASH = 'a crash of the weather strip';

function turnsOf(block: WeatherBlock): readonly Turn[] {
  const begin = { atMs: beginOf(block), block, begins: true };
  return block.kind === 'crash' ? [begin] : [begin, { atMs: endOf(block), block, begins: false }];
}

/** At the same time, what ends comes before what begins. */
function byTime(a: Turn, b: Turn): number {
  return a.atMs - b.atMs || Number(a.begins) - Number(b.begins);
}
