import type { ElementContent } from 'hast';
import type { Nodes, Root, RootContent } from 'mdast';
import type { ContainerDirective, LeafDirective, TextDirective } from 'mdast-util-directive';
import { toString as plainText } from 'mdast-util-to-string';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkDirective from 'remark-directive';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import type { LessonProblem } from './front-matter.server.ts';
import { tokens } from './highlight.server.ts';
import { lineWithoutRegions, regionOf } from './regions.ts';

/** What a Markdown body of a lesson becomes. */
export interface Rendered {
  /** Sanitized. */
  readonly html: string;
  /** Sanitized bodies of `:::explain{prediction="id"}`, by id. */
  readonly explanations: Readonly<Record<string, string>>;
  /** Numbers that a run must reproduce: `:stated[15]{fact="…"}`. */
  readonly stated: readonly Stated[];
  /** Digits in running text that nothing vouches for. Empty in a finished lesson. */
  readonly unstated: readonly { readonly text: string; readonly line: number }[];
  /** Words a learner reads, without code. */
  readonly words: number;
}

/** A number in the prose and the run that gives it. */
export interface Stated {
  readonly text: string;
  /** Name in the step's `facts.ts`. */
  readonly fact: string;
  /** File whose run gives it. */
  readonly of: 'start' | 'solution';
  readonly line: number;
}

/** Where a body stands, and the files it may quote. */
export interface MarkdownSource {
  readonly file: string;
  readonly body: string;
  readonly bodyLine: number;
  /** The step's own files by name: `start.ts`. */
  readonly files: Readonly<Record<string, string>>;
}

type Directive = TextDirective | LeafDirective | ContainerDirective;

const schema = {
  ...defaultSchema,
  tagNames: [...(defaultSchema.tagNames ?? []), 'figure', 'figcaption', 'aside', 'button'],
  attributes: {
    ...defaultSchema.attributes,
    figure: [['className', 'code']],
    aside: [['className', 'elixir']],
    span: [['className', /^tok-/]],
    button: [['type', 'button'], ['className', 'code-link'], 'dataCodeFile', 'dataCodeLine'],
  },
} satisfies Parameters<typeof rehypeSanitize>[0];

/** Renders a body. Every mistake is pushed to `problems` with its line in the file. */
export function renderMarkdown(source: MarkdownSource, problems: LessonProblem[]): Rendered {
  const root = unified().use(remarkParse).use(remarkGfm).use(remarkDirective).parse(source.body);
  const body = new Body(source, problems);
  body.read(root);
  const explanations = Object.fromEntries(
    Array.from(body.explanations, ([id, children]) => [id, toHtml({ type: 'root', children })]),
  );
  return {
    html: toHtml({ type: 'root', children: root.children.filter((node) => !body.taken.has(node)) }),
    explanations,
    stated: body.stated,
    unstated: body.unstated,
    words: countWords(body.texts.join(' ')),
  };
}

/** Words as a reader counts them. */
export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function toHtml(root: Root): string {
  const pipeline = unified().use(remarkRehype).use(rehypeSanitize, schema).use(rehypeStringify);
  return pipeline.stringify(pipeline.runSync(root));
}

/** One reading of a body: gives directives and code links their HTML, and collects what must be checked. */
class Body {
  readonly explanations = new Map<string, RootContent[]>();
  /** Nodes that are shown elsewhere than in the prose. */
  readonly taken = new Set<Nodes>();
  readonly stated: Stated[] = [];
  readonly unstated: { text: string; line: number }[] = [];
  readonly texts: string[] = [];
  readonly #source: MarkdownSource;
  readonly #problems: LessonProblem[];

  constructor(source: MarkdownSource, problems: LessonProblem[]) {
    this.#source = source;
    this.#problems = problems;
  }

  read(root: Root): void {
    visit(root, (node) => {
      if (
        node.type === 'textDirective' ||
        node.type === 'leafDirective' ||
        node.type === 'containerDirective'
      ) {
        this.#directive(node);
      } else if (node.type === 'link' && node.url.startsWith('code:')) {
        const place = this.#place(node.url.slice('code:'.length), node);
        if (place) node.data = button(place);
      } else if (node.type === 'html') {
        this.#problem(node, 'raw HTML is not allowed');
      } else if (node.type === 'text') {
        this.texts.push(node.value);
      } else if (node.type === 'inlineCode') {
        this.texts.push(node.value);
      }
    });
    visit(root, 'text', (node, _index, parent) => {
      if (parent?.type === 'textDirective' || !/\d/.test(node.value)) return;
      this.unstated.push({ text: node.value, line: this.#line(node) });
    });
  }

  #directive(node: Directive): void {
    const attributes = node.attributes ?? {};
    switch (node.name) {
      case 'code':
        return this.#code(node, attributes.file ?? '', attributes.region ?? '');
      case 'stated': {
        const of = attributes.of ?? 'start';
        if (of !== 'start' && of !== 'solution') return this.#problem(node, `unknown run: ${of}`);
        if (!attributes.fact) return this.#problem(node, 'stated must name its fact');
        this.stated.push({ text: plainText(node), fact: attributes.fact, of, line: this.#line(node) });
        node.data = { hName: 'span' };
        return;
      }
      case 'explain': {
        if (node.type !== 'containerDirective' || !attributes.prediction) {
          return this.#problem(node, 'explain must be a block that names its prediction');
        }
        this.explanations.set(attributes.prediction, node.children);
        this.taken.add(node);
        return;
      }
      case 'elixir':
        node.data = { hName: 'aside', hProperties: { className: ['elixir'] } };
        return;
      default:
        this.#problem(node, `unknown directive: ${node.name}`);
    }
  }

  #code(node: Directive, file: string, region: string): void {
    const source = this.#source.files[file];
    if (source === undefined) return this.#problem(node, `quotes a file that is not there: ${file}`);
    const found = regionOf(source, region);
    if (!found) return this.#problem(node, `quotes a region that ${file} does not have: ${region}`);
    const line = lineWithoutRegions(source, found.line);
    const link = button({ file, line });
    node.data = {
      hName: 'figure',
      hProperties: { className: ['code'] },
      hChildren: [
        element('figcaption', {}, [
          element('code', {}, [{ type: 'text', value: file }]),
          element(link.hName, link.hProperties, [{ type: 'text', value: `line ${line}` }]),
        ]),
        element('pre', {}, [element('code', {}, coloured(found.code))]),
      ],
    };
  }

  /** `start.ts#region` or `start.ts#L12`. */
  #place(target: string, node: Nodes): { file: string; line: number } | null {
    const [file = '', mark = ''] = target.split('#');
    const source = this.#source.files[file];
    const fixed = /^L(\d+)$/.exec(mark)?.[1];
    const line = fixed ? Number(fixed) : source === undefined ? undefined : regionOf(source, mark)?.line;
    if (source === undefined || line === undefined || line > source.split('\n').length) {
      this.#problem(node, `points at code that is not there: ${target}`);
      return null;
    }
    return { file, line: fixed ? line : lineWithoutRegions(source, line) };
  }

  #line(node: Nodes): number {
    return (node.position?.start.line ?? 1) + this.#source.bodyLine - 1;
  }

  #problem(node: Nodes, message: string): void {
    this.#problems.push({ file: this.#source.file, line: this.#line(node), message });
  }
}

/** A button in the prose that the page answers by showing a line in the editor. */
function button({ file, line }: { file: string; line: number }) {
  return {
    hName: 'button',
    hProperties: { type: 'button', className: ['code-link'], dataCodeFile: file, dataCodeLine: String(line) },
  };
}

function coloured(code: string): ElementContent[] {
  return tokens(code).map(({ kind, text }) =>
    kind === 'plain'
      ? { type: 'text', value: text }
      : element('span', { className: [`tok-${kind}`] }, [{ type: 'text', value: text }]),
  );
}

function element(
  tagName: string,
  properties: Record<string, string | string[]>,
  children: ElementContent[],
): ElementContent {
  return { type: 'element', tagName, properties, children };
}
