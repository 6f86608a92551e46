/** What a callback has returned, key by key: made once per call, always of the same shape. */
export class ReturnedStep {
  events: unknown = undefined;
  hasState = false;
  state: unknown = undefined;
  hasReply = false;
  reply: unknown = undefined;
  mode: unknown = 'automatic';
  stop: unknown = undefined;

  /** Takes the value of one key that a step may have. */
  set(key: string, value: unknown): void {
    switch (key) {
      case 'events':
        this.events = value;
        break;
      case 'state':
        this.hasState = true;
        this.state = value;
        break;
      case 'reply':
        this.hasReply = true;
        this.reply = value;
        break;
      case 'mode':
        if (value !== undefined) this.mode = value;
        break;
      case 'stop':
        this.stop = value;
        break;
    }
  }
}

/** Of a callback that has returned nothing. */
export const NOTHING_RETURNED: Readonly<ReturnedStep> = new ReturnedStep();
