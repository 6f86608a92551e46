import type { PlanView, StageId, SubscriptionId } from 'sluice';
import { isSameEvent, type EventRef } from '../view/event-ref.ts';
import type { InspectorName } from './inspectors.ts';
import { isInPlan, type Subject } from './subject.ts';

/** What is looked at, and with what: shared by the picture, the timeline and the inspectors of one run. */
export class Focus {
  subject: Subject | null = $state.raw(null);
  /** All that the stage which is looked at holds is shown, with the picture. */
  detailed: boolean = $state(false);
  /** The inspector that is open; `null`: the picture alone. */
  inspector: InspectorName | null = $state.raw(null);

  /** Marked wherever they are drawn: an event, and what it is known to have been made from and to have become. */
  followed: readonly EventRef[] = $state.raw([]);

  /** Stages and subscriptions of the plan that an inspector points at, by id: the others fade. `null`: none is pointed at. */
  lit: ReadonlySet<StageId | SubscriptionId> | null = $state.raw(null);

  /** How many hints are open on what a run shows: they stay when another run shows the same. */
  hints: Readonly<Record<string, number>> = $state.raw({});

  /** The run whose parts are looked at. */
  #plan: PlanView | null = null;

  /** Another run is shown: what it does not have is not looked at any more. */
  enter(plan: PlanView): void {
    if (plan === this.#plan) return;
    this.#plan = plan;
    this.followed = [];
    if (this.subject && !isInPlan(this.subject, plan)) this.subject = null;
  }

  isFollowed(event: EventRef): boolean {
    return this.followed.some((own) => isSameEvent(own, event));
  }

  /** Looks at something, or no longer at what is looked at already. */
  toggle(subject: Subject): void {
    this.subject = this.has(subject) ? null : subject;
  }

  has(subject: Subject): boolean {
    return this.subject !== null && keyOf(this.subject) === keyOf(subject);
  }

  /** Opens an inspector, on `subject` where one is given. */
  inspect(inspector: InspectorName, subject: Subject | null = this.subject): void {
    this.subject = subject;
    this.inspector = inspector;
  }
}

function keyOf(subject: Subject): string {
  return subject.type === 'event'
    ? `event ${subject.event.subscription} ${subject.event.index}`
    : `${subject.type} ${subject.id}`;
}
