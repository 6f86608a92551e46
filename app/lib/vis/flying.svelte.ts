import type { PipelineState, PlanView, TraceEntry } from 'sluice';
import { now, timer } from 'd3-timer';
import type { PipelineLayout } from '../view/pipeline-layout.ts';
import { stillTraffic, Traffic } from '../view/motion.ts';
import { edgeTokens, stillTokens } from '../view/tokens.ts';

/** What moves, at the moment that a run's picture shows. */
export interface FlyingSource {
  readonly plan: PlanView;
  readonly moment: PipelineState;
  /** The entries that led to it. */
  readonly recent: readonly TraceEntry[];
  readonly layout: PipelineLayout;
  /** Rises with every move that is no motion. */
  readonly jumps: number;
  /** Nothing flies: it stands where it is. */
  readonly reducedMotion: boolean;
}

/** Where on its lane the count of a quick flow stands: the two of a road beside each other would touch. */
const RATE_AT = { right: 0.5, down: 0.64 } as const;

/**
 * Events and asks on their way, by the display's clock and not by the run's: the clock is the world outside. Made while a
 * component is set up, it stops with it.
 */
export class Flying {
  readonly #source: FlyingSource;
  /** Rises with every frame in which something moves. */
  #ticks = $state.raw(0);
  #frameMs = $state.raw(0);
  #frame = $state.raw<ReturnType<Traffic['frame']>>({});

  /** @param source - Its members are read anew for every frame, each where it is needed. */
  constructor(source: FlyingSource) {
    this.#source = source;
    // By the plan alone: every moment asks its source anew, and what is on its way must outlive that.
    const plan = $derived(source.plan);
    const traffic = $derived(new Traffic(plan));
    let known: { readonly traffic: Traffic; readonly moment: PipelineState; readonly jumps: number } | null =
      null;
    // Once for each frame, whether the moment or only the clock has moved on.
    $effect(() => {
      if (this.#ticks < 0) return;
      const { moment, jumps } = source;
      if (known?.traffic !== traffic || known.moment !== moment || known.jumps !== jumps) {
        traffic.update(moment, now(), known?.jumps === jumps ? 'fly' : 'place', source.recent);
        known = { traffic, moment, jumps };
      }
      this.#frameMs = now();
      this.#frame = traffic.frame(this.#frameMs);
      if (source.reducedMotion || !traffic.moves(this.#frameMs)) return;
      const next = timer(() => {
        next.stop();
        this.#ticks += 1;
      });
      return () => next.stop();
    });
  }

  readonly #shown = $derived.by(() =>
    this.#source.reducedMotion ? stillTraffic(this.#source.moment) : this.#frame,
  );

  /** What is drawn one by one, by subscription. */
  readonly tokens = $derived.by(() => {
    const { layout, reducedMotion } = this.#source;
    const place = reducedMotion ? stillTokens : edgeTokens;
    return layout.edges.flatMap((edge) => {
      const own = this.#shown[edge.id];
      return own ? [{ id: edge.id, tokens: place(edge, own, layout.orientation) }] : [];
    });
  });

  /** What is drawn as a stream, by lane. */
  readonly flows = $derived.by(() => {
    const { layout } = this.#source;
    return layout.edges.flatMap((edge) =>
      (['events', 'asks'] as const).flatMap((kind) => {
        const flow = this.#shown[edge.id]?.[kind].flow;
        if (!flow) return [];
        const lane = edge[kind];
        return [
          {
            key: `${edge.id} ${kind}`,
            id: edge.id,
            name: `${edge.producer} → ${edge.consumer}`,
            kind,
            flow,
            lane,
            at: lane.at(RATE_AT[layout.orientation]),
          },
        ];
      }),
    );
  });

  /** When what is shown was so, by the display's clock. */
  get frameMs(): number {
    return this.#frameMs;
  }
}
