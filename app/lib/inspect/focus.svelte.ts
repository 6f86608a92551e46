import type { StageId, SubscriptionId } from 'sluice';
import { isSameEvent, type EventRef } from '../view/event-ref.ts';
import type { InspectorName } from './inspectors.ts';

/** What somebody looks at in a run. */
export type Subject =
  | { readonly type: 'stage'; readonly id: StageId }
  | { readonly type: 'edge'; readonly id: SubscriptionId }
  | { readonly type: 'event'; readonly event: EventRef }
  | { readonly type: 'supervisor'; readonly id: StageId }
  /** A flow, or one of its layers. */
  | { readonly type: 'flow'; readonly id: string };

/** What is looked at, and with what: shared by the picture, the timeline and the inspectors of one run. */
export class Focus {
  subject: Subject | null = $state.raw(null);
  /** The inspector that is open; `null`: the picture alone. */
  inspector: InspectorName | null = $state.raw(null);

  /** Marked wherever they are drawn: an event, and what it is known to have been made from and to have become. */
  followed: readonly EventRef[] = $state.raw([]);

  /** Stages and subscriptions of the plan that an inspector points at, by id: the others fade. `null`: none is pointed at. */
  lit: ReadonlySet<StageId | SubscriptionId> | null = $state.raw(null);

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
