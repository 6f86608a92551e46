import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';

const source = resolve(import.meta.dirname, '../../../quizzes/01-first-pipeline.md');

/** One question of the quiz as its file tells it, with the marks of Markdown taken off. */
interface Key {
  readonly title: string;
  readonly kind: 'single' | 'multiple' | 'sequence';
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

/** The questions in order, read as plainly as can be: by lines that look like options. */
export function quizKeys(): readonly Key[] {
  return readFileSync(source, 'utf8')
    .split(/^# /m)
    .slice(1)
    .map((part) => {
      const lines = part.split('\n').map((line) => line.replaceAll(/[`*]/g, ''));
      const marked = (mark: string) =>
        lines
          .flatMap((line) => /^(?:\d+\.|-) \[(.)\] (.*)$/.exec(line)?.slice(1) ?? [])
          .flatMap((_, i, all) => (i % 2 === 0 && all[i] === mark ? (all[i + 1] ?? []) : []));
      const ordered = lines.flatMap((line) => /^\d+\. (?!\[)(.*)$/.exec(line)?.[1] ?? []);
      const title = lines[0] ?? '';
      if (ordered.length > 0) return { title, kind: 'sequence', right: ordered, wrong: [] };
      const kind = lines.some((line) => line.startsWith('- [')) ? 'multiple' : 'single';
      return { title, kind, right: marked('x'), wrong: marked(' ') };
    });
}

/** The quiz at the end of the lesson. */
export class QuizPage {
  readonly root: Locator;
  readonly heading: Locator;
  readonly answer: Locator;
  readonly verdict: Locator;

  constructor(page: Page) {
    this.root = page.getByRole('region', { name: 'Lesson' });
    this.heading = this.root.getByRole('heading', { level: 2 });
    this.answer = this.root.getByRole('button', { name: 'Answer', exact: true });
    this.verdict = this.root.getByRole('status');
  }

  option(text: string): Locator {
    return this.root.getByRole('listitem').filter({ hasText: text });
  }

  async shows(key: Key): Promise<void> {
    await expect(this.root.getByRole('heading', { name: key.title })).toBeVisible();
  }

  /** Chooses the right answer and gives it. */
  async answerRight(key: Key): Promise<void> {
    if (key.kind === 'sequence') await this.#order(key.right);
    else for (const text of key.right) await this.option(text).getByText(text).click();
    await this.answer.click();
    await expect(this.verdict).toContainText('That is right.');
  }

  /** Chooses a wrong answer and gives it. A sequence is given as it was shuffled. */
  async answerWrong(key: Key): Promise<void> {
    const [text] = key.wrong;
    if (text !== undefined) await this.option(text).getByText(text).click();
    await this.answer.click();
    await expect(this.verdict).toContainText('Not yet.');
  }

  async next(): Promise<void> {
    await this.root.getByRole('button', { name: /^(Next question|See the result)$/ }).click();
  }

  async #order(texts: readonly string[]): Promise<void> {
    for (const [place, text] of texts.entries()) {
      const item = this.root.getByRole('listitem').filter({ has: this.root.page().getByText(text) });
      const up = item.getByRole('button', { name: /^Move up/ });
      for (let at = await this.#placeOf(text); at > place; at -= 1) {
        await up.click();
        await expect(item).toContainText(String(at));
      }
    }
  }

  async #placeOf(text: string): Promise<number> {
    const items = this.root
      .getByRole('listitem')
      .filter({ has: this.root.page().getByRole('button', { name: /^Move/ }) });
    const all = await items.allTextContents();
    return all.findIndex((item) => item.includes(text));
  }
}
