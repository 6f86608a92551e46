import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

const LESSON = '01-first-pipeline';
const root = resolve(import.meta.dirname, '../../..');

/** Steps of the lesson, by their ids in the address. */
export type StepName = '1-run' | '2-random' | '3-odd' | '4-ten' | '5-flights' | 'quiz';

/** The text of one of a step's programs, such as `solution.ts` or `wrong/over-emits.ts`. */
export function programOf(step: StepName, file: string): string {
  return readFileSync(resolve(root, 'lessons', LESSON, step, file), 'utf8');
}

/** The lesson "A first pipeline" as a learner meets it: what there is to see, and what there is to do. */
export class LessonPage {
  readonly page: Page;
  readonly prose: Locator;
  readonly editor: Locator;
  readonly code: Locator;
  readonly console: Locator;
  readonly controls: Locator;
  readonly picture: Locator;
  readonly checks: Locator;
  readonly run: Locator;
  readonly stop: Locator;
  readonly step: Locator;
  /** What the run is doing, in words. */
  readonly status: Locator;
  /** Asks and events drawn on their way. They are hidden from assistive technology, which has the table instead. */
  readonly flyingAsks: Locator;
  readonly flyingEvents: Locator;
  readonly timeline: Locator;
  /** What the entry at the playhead means, under the picture. */
  readonly sentence: Locator;

  constructor(page: Page) {
    this.page = page;
    this.prose = page.getByRole('region', { name: 'Lesson' });
    this.editor = page.getByRole('region', { name: 'Editor' });
    this.code = this.editor.getByRole('textbox', { name: /^Code editor/ });
    this.console = page.getByRole('region', { name: 'Console' });
    this.controls = page.getByRole('group', { name: 'Controls of the pipeline' });
    this.picture = page.getByRole('region', { name: 'Pipeline' });
    this.checks = page.getByRole('region', { name: 'Checks' });
    this.run = this.controls.getByRole('button', { name: 'Run' });
    this.stop = this.controls.getByRole('button', { name: 'Stop' });
    this.step = this.controls.getByRole('button', { name: 'Step' });
    this.status = this.controls.getByRole('status');
    const stages = this.picture.getByRole('group', { name: 'Stages and subscriptions' });
    this.flyingAsks = stages.locator('g.ask');
    this.flyingEvents = stages.locator('g.event');
    this.timeline = this.picture.getByRole('slider', { name: 'Moment of the run' });
    this.sentence = this.picture.getByRole('figure').getByRole('paragraph').first();
  }

  /** Opens a step by its address and waits until it may be worked on. */
  async open(step: StepName = '1-run'): Promise<void> {
    await this.page.goto(`/lessons/${LESSON}?step=${step}`);
    if (step === 'quiz')
      await expect(this.prose.getByRole('navigation', { name: 'Questions' })).toBeVisible();
    else await this.ready();
  }

  /** The editor has taken over from the plain text, also where its pane is not shown. */
  async ready(): Promise<void> {
    await expect(
      this.page.getByRole('textbox', { name: /^Code editor/, includeHidden: true }),
    ).toBeAttached();
  }

  stepLink(name: string): Locator {
    return this.prose.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name });
  }

  prediction(asks: string): Locator {
    return this.prose.getByRole('region', { name: `Prediction: ${asks}` });
  }

  /** Skips every question that is still open. */
  async skipPredictions(): Promise<void> {
    const skip = this.prose.getByRole('button', { name: 'Skip' });
    for (let open = await skip.count(); open > 0; open -= 1) {
      await skip.first().click();
      await expect(skip).toHaveCount(open - 1);
    }
  }

  /** Replaces the program as somebody would who pastes another one. */
  async writeProgram(text: string): Promise<void> {
    await this.code.focus();
    await this.page.keyboard.press('ControlOrMeta+A');
    await this.page.keyboard.insertText(text);
    await expect(this.editor.getByText('Edited')).toBeVisible();
  }

  tab(file: string): Locator {
    return this.editor.getByRole('tab', { name: file });
  }

  speed(words: 'Full speed' | 'Slow motion' | 'Step by step'): Locator {
    return this.controls.getByRole('radio', { name: words });
  }

  /** The radio itself is drawn by its label. */
  async setSpeed(words: 'Full speed' | 'Slow motion' | 'Step by step'): Promise<void> {
    await this.controls.getByText(words, { exact: true }).click();
    await expect(this.speed(words)).toBeChecked();
  }

  stage(name: string): Locator {
    return this.picture.getByRole('button', { name: new RegExp(`^${name}, `) });
  }

  /** The gauge of a subscription; its name says who asks whom, and what is pending. */
  subscription(consumer: string, producer: string): Locator {
    return this.picture.getByRole('button', { name: `${consumer} subscribes to ${producer}` });
  }

  /** How many entries the picture shows, of how many there are. */
  async moment(): Promise<{ readonly at: number; readonly of: number }> {
    const [at, of] = await Promise.all([
      this.timeline.getAttribute('aria-valuenow'),
      this.timeline.getAttribute('aria-valuemax'),
    ]);
    return { at: Number(at), of: Number(of) };
  }

  /** Counts the messages that stages have taken from their mailboxes, by walking along the timeline. */
  async deliveries(): Promise<number> {
    await this.timeline.press('Home');
    const { of } = await this.moment();
    let count = 0;
    for (let at = 1; at <= of; at += 1) {
      await this.timeline.press('ArrowRight');
      await expect(this.timeline).toHaveAttribute('aria-valuenow', String(at));
      const words = (await this.timeline.getAttribute('aria-valuetext')) ?? '';
      if (/ subscribed to | accepted the subscription | took the ask | took \d+ events? from /.test(words))
        count += 1;
    }
    return count;
  }

  async sentenceSoFar(): Promise<string> {
    return (await this.sentence.textContent()) ?? '';
  }

  async openTable(): Promise<Locator> {
    const tables = this.picture.getByRole('region', { name: 'Tables of the run' });
    if (!(await tables.isVisible())) await this.picture.getByRole('tab', { name: 'In words' }).click();
    await expect(tables).toBeVisible();
    return tables;
  }

  /** The picture, in the place of what was opened beside it. */
  async closeTable(): Promise<void> {
    await this.picture.getByRole('tab', { name: 'Picture' }).click();
  }

  /** Presses Check and waits for what it has to say. */
  async check(): Promise<void> {
    await this.checks.getByRole('button', { name: 'Check', exact: true }).click();
    await this.verdicts();
  }

  async verdicts(): Promise<void> {
    await expect(this.checks.getByRole('status')).toHaveText(/requirements are met|did not run/);
  }

  requirement(says: string | RegExp): Locator {
    return this.checks.getByRole('listitem').filter({ hasText: says });
  }
}
