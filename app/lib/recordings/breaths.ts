/** How long long work may keep the page from its frames, ms. */
const WORK_MS = 10;

/** Lets a page draw and answer in the middle of long work. */
export class Breaths {
  readonly #channel = new MessageChannel();
  #dueMs = performance.now() + WORK_MS;
  #resume: () => void = () => undefined;

  constructor() {
    this.#channel.port1.onmessage = () => this.#resume();
  }

  /** Waits until the page has had its turn, if it is time for that. */
  async take(): Promise<void> {
    if (performance.now() < this.#dueMs) return;
    // A message comes at once, a timer that is set again and again only after a pause.
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      this.#channel.port2.postMessage(null);
    });
    this.#dueMs = performance.now() + WORK_MS;
  }

  end(): void {
    this.#channel.port1.close();
  }
}
