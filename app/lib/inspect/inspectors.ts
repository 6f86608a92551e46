import type { PlanView, TraceEntry } from 'sluice';
import type { Component } from 'svelte';
import type { RunView } from '../sandbox/run-view.ts';
import type { Finding } from '../view/detectors/detector.ts';
import type { Steps } from '../view/steps.ts';
import type { Playhead } from '../vis/playhead.svelte.ts';
import type { SeenRun } from './compare/seen-run.svelte.ts';
import { sharingStages } from './deliveries/sharing-stages.ts';
import type { Focus } from './focus.svelte.ts';
import { costsEvents } from './losses/costs-events.ts';
import type { RunHost } from './run-host.ts';

/** What every inspector gets: a run, the moment of it that is shown, and what is looked at. */
export interface InspectorProps {
  readonly run: RunView;
  readonly playhead: Playhead;
  readonly focus: Focus;
  readonly host: RunHost;
  /** Whether the picture shows this run, or another one in its place. */
  readonly seen: SeenRun;
  /** Nothing flies: it steps. */
  readonly reducedMotion: boolean;
  /** What the run shows that is worth a look; empty until it is over. */
  readonly findings: readonly Finding[];
  /** Shows the picture where there is no room for both. */
  readonly toPicture: () => void;
}

export type InspectorName =
  'findings' | 'event' | 'holdup' | 'deliveries' | 'windows' | 'speed' | 'compare' | 'losses' | 'words';

/** Reads a run before it is shown. */
export type RunReading = (plan: PlanView, entries: readonly TraceEntry[]) => Steps<unknown>;

/** A way to look into a run, beside the picture. */
export interface Inspector {
  readonly name: InspectorName;
  /** On its tab. */
  readonly label: string;
  /** The question that it answers, for its tab's title. */
  readonly question: string;
  /** Whether a run has anything for it: a tab that would stay empty is left out. */
  readonly offered: (run: RunView, findings: readonly Finding[]) => boolean;
  /** Loaded when it is opened first. */
  readonly load: () => Promise<{
    readonly default: Component<InspectorProps>;
    /** Where it has to know all of a run. */
    readonly reading?: RunReading;
  }>;
}

/** In the order of their tabs. */
export const INSPECTORS: readonly Inspector[] = [
  {
    name: 'event',
    label: 'Event',
    question: 'Where did the time of one event go?',
    offered: () => true,
    load: () => import('./event/EventInspector.svelte'),
  },
  {
    name: 'deliveries',
    label: 'Deliveries',
    question: 'Who got which events, and who holds the others up?',
    offered: ({ plan }) => plan !== null && sharingStages(plan).length > 0,
    load: () => import('./deliveries/DeliveriesInspector.svelte'),
  },
  {
    name: 'holdup',
    label: 'Hold-ups',
    question: 'Who holds whom up, and what would a second worker change?',
    offered: () => true,
    load: () => import('./holdup/HoldupInspector.svelte'),
  },
  {
    name: 'windows',
    label: 'Windows',
    question: 'Which window got which event, when did it fire, and what came too late?',
    offered: ({ plan }) => (plan?.flows?.length ?? 0) > 0,
    load: () => import('./windows/WindowsInspector.svelte'),
  },
  {
    name: 'speed',
    label: 'Speed',
    question: 'How much gets through, and how long does it take?',
    offered: () => true,
    load: () => import('./speed/SpeedInspector.svelte'),
  },
  {
    name: 'compare',
    label: 'Compare',
    question: 'What is different between two runs?',
    offered: () => true,
    load: () => import('./compare/CompareInspector.svelte'),
  },
  {
    name: 'losses',
    label: 'Losses',
    question: 'What does a crash cost, and what comes again?',
    offered: costsEvents,
    load: () => import('./losses/LossesInspector.svelte'),
  },
  {
    name: 'words',
    label: 'In words',
    question: 'What happened, as text and tables?',
    offered: () => true,
    load: () => import('./words/WordsInspector.svelte'),
  },
  {
    name: 'findings',
    label: 'Worth a look',
    question: 'What does this run show that is probably not meant?',
    offered: (_run, findings) => findings.length > 0,
    load: () => import('./findings/FindingsInspector.svelte'),
  },
];
