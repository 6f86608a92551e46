import { LabGuesses } from '../labs/guesses.svelte.ts';
import type { LabAnswers } from '../labs/lab-prediction.ts';
import { LabRun, LabRuns } from '../labs/lab-runs.svelte.ts';
import { PUSH_PULL } from '../labs/labs.ts';
import { NOTHING, TwinAccount, type TwinCounts } from './twin-account.ts';
import { twinProgram, wayOf, type OverflowRule, type TwinName } from './twin-programs.ts';
import {
  isAsked,
  SLOW_MS,
  slowedForMs,
  SLOWED_FOR_MS,
  slowedTwin,
  TWIN_QUESTIONS,
  twinAnswers,
  type SlowSince,
} from './twin-questions.ts';

const ENTRY = 'orders.ts';
const PACKER = 'packer';

/** One of the two runs. */
export class Twin extends LabRun<TwinName> {
  readonly #account = $derived.by(() => (this.run.view.plan ? new TwinAccount(this.run.view.plan) : null));
  readonly counted: { readonly now: TwinCounts; readonly curve: readonly TwinCounts[] } = $derived.by(() => {
    if (!this.#account) return { now: NOTHING, curve: [] };
    this.#account.update(this.run.view.entries, this.tellers);
    return { now: this.#account.now, curve: this.#account.curve };
  });

  constructor(name: TwinName) {
    super(name, ENTRY);
  }
}

/** Two runs of one program, side by side on real workers: one pushes, one is asked. */
export class Twins extends LabRuns<Twin> {
  readonly guesses = new LabGuesses(PUSH_PULL, TWIN_QUESTIONS);
  readonly push: Twin;
  readonly pull: Twin;
  rule: OverflowRule = $state('dropOld');
  /** The rule of the runs in view; `null` before the first. */
  #ran: OverflowRule | null = $state(null);
  /** What packing one order takes, ms. */
  pauseMs = $state(20);
  /** `null` while the packers are quick. */
  #slow: SlowSince | null = $state.raw(null);
  /** What was shown before the packers were quick again, or by the runs before. */
  #shown: LabAnswers = $state.raw({});
  /** What was guessed when the runs in view began. */
  #guessed: LabGuesses['given'] = null;
  readonly #showing: LabAnswers = $derived.by(() => {
    if (!this.#slow || this.#ran === null || !isAsked(this.#ran)) return {};
    return twinAnswers(
      slowedTwin(this.push.counted.curve, this.#slow.push),
      slowedTwin(this.pull.counted.curve, this.#slow.pull),
    );
  });
  /** What the runs have shown of that which was asked. */
  readonly answers: LabAnswers = $derived(isComplete(this.#showing) ? this.#showing : this.#shown);
  readonly isAnswered: boolean = $derived(isComplete(this.answers));
  /** How long the packers must still be slow until it is counted, ms; `null` while they are quick, or nothing is asked. */
  readonly slowLeftMs: number | null = $derived.by(() => {
    if (!this.#slow || this.#ran === null || !isAsked(this.#ran)) return null;
    const slowMs = Math.min(
      slowedForMs(this.push.counted.curve, this.#slow.push),
      slowedForMs(this.pull.counted.curve, this.#slow.pull),
    );
    return Math.max(0, SLOWED_FOR_MS - slowMs);
  });

  constructor() {
    const push = new Twin('push');
    const pull = new Twin('pull');
    super([push, pull]);
    this.push = push;
    this.pull = pull;
  }

  /** Whether the run of a twin, or before the first one its program, makes no more than it is asked for. */
  isPull(twin: Twin): boolean {
    return wayOf(twin.name, this.#ran ?? this.rule) === 'pull';
  }

  /** Begins both anew, with the same orders. */
  begin(): void {
    if (!this.guesses.committed) return;
    this.#remember();
    // Another guess wants runs of its own.
    if (this.guesses.given !== this.#guessed) this.#shown = {};
    this.#guessed = this.guesses.given;
    this.#ran = this.rule;
    this.#slow = this.pauseMs >= SLOW_MS ? { push: 0, pull: 0 } : null;
    // What goes wrong stands in their views.
    void this.start(({ name }) => ({ text: twinProgram(name, { rule: this.rule, pauseMs: this.pauseMs }) }));
  }

  /** Slows the packers of both, or speeds them up, while they run. */
  slow(pauseMs: number): void {
    this.pauseMs = pauseMs;
    this.tell(PACKER, pauseMs);
    if (pauseMs >= SLOW_MS)
      this.#slow ??= { push: this.push.counted.now.atMs, pull: this.pull.counted.now.atMs };
    else {
      this.#remember();
      this.#slow = null;
    }
  }

  /** What a full buffer does is decided when a stage starts: both begin anew. */
  setRule(rule: OverflowRule): void {
    this.rule = rule;
    if (this.underWay) this.begin();
  }

  /** What was shown stays, whatever becomes of these runs. */
  #remember(): void {
    this.#shown = this.answers;
  }
}

function isComplete(answers: LabAnswers): boolean {
  return TWIN_QUESTIONS.every(({ id }) => id in answers);
}
