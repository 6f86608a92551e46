import { untrack } from 'svelte';

/** A short notice at the foot of the page. It stays until closed or until its time is over. */
export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'warn';
  readonly text: string;
  /** One thing to do about it. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Long enough to read two sentences and to reach the button by keyboard. */
const SHOWN_MS = 12_000;
/** More than this would cover the page: the oldest goes. */
const AT_MOST = 3;

class Toasts {
  all: readonly Toast[] = $state.raw([]);
  #nextId = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Whoever calls this, an effect included, does not come to depend on the list. */
  show(toast: Omit<Toast, 'id'>): void {
    untrack(() => this.#show(toast));
  }

  #show(toast: Omit<Toast, 'id'>): void {
    const id = this.#nextId;
    this.#nextId += 1;
    for (const { id: old } of this.all.filter(({ text }) => text === toast.text)) this.close(old);
    this.all = [...this.all, { ...toast, id }].slice(-AT_MOST);
    this.resume(id);
  }

  close(id: number): void {
    this.hold(id);
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  /** Keeps a notice while somebody points at it or has focus in it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  resume(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.close(id), SHOWN_MS),
    );
  }
}

export const toasts = new Toasts();
