import { LabRun, LabRuns } from '../labs/lab-runs.svelte.ts';
import { NOTHING, TwinAccount, type TwinCounts } from './twin-account.ts';
import { twinProgram, wayOf, type OverflowRule, type TwinName } from './twin-programs.ts';

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
  readonly push: Twin;
  readonly pull: Twin;
  rule: OverflowRule = $state('dropOld');
  /** The rule of the runs in view; `null` before the first. */
  #ran: OverflowRule | null = $state(null);
  /** What packing one order takes, ms. */
  pauseMs = $state(20);

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
    this.#ran = this.rule;
    // What goes wrong stands in their views.
    void this.start(({ name }) => ({ text: twinProgram(name, { rule: this.rule, pauseMs: this.pauseMs }) }));
  }

  /** Slows the packers of both, or speeds them up, while they run. */
  slow(pauseMs: number): void {
    this.pauseMs = pauseMs;
    this.tell(PACKER, pauseMs);
  }

  /** What a full buffer does is decided when a stage starts: both begin anew. */
  setRule(rule: OverflowRule): void {
    this.rule = rule;
    if (this.underWay) this.begin();
  }
}
