import { parse, type AnyNode, type CallExpression, type NewExpression } from 'acorn';

/** Characters of a program that is looked into; longer ones are data. */
const MAX_CHARACTERS = 2_000_000;

type Call = CallExpression | NewExpression;

/** A call, and what it stands in: the innermost first. */
interface Found {
  readonly call: Call;
  readonly around: readonly AnyNode[];
}

/** A compiled program, read to find in it what a learner has written. Never run. */
export class ProgramCode {
  readonly #root: AnyNode | null;
  /** Offset of the first character of each line. */
  readonly #lines: readonly number[];

  constructor(code: string) {
    this.#root = parsed(code);
    this.#lines = [0, ...[...code.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /**
   * Where a callback is written, of the definition that a call makes: `producer({ handleDemand … })`.
   *
   * @param place - Of the call, `line:column`, 1-based.
   * @returns In the same form; `null` where it is not written there, or somewhere that cannot be told from the text.
   */
  callback(place: string, name: string): string | null {
    const found = this.#callAt(place);
    if (!found) return null;
    const [given] = found.call.arguments;
    const definition = given && resolved(given, found.around);
    if (definition?.type !== 'ObjectExpression') return null;
    const property = definition.properties.findLast(
      (own) => own.type === 'Property' && !own.computed && keyOf(own.key) === name,
    );
    if (property?.type !== 'Property') return null;
    const { value } = property;
    if (value.type !== 'Identifier') return this.#placeOf(property.start);
    return this.#placeOf((resolved(value, found.around) ?? property).start);
  }

  /** The innermost call whose callee lies at a place, or around it. */
  #callAt(place: string): Found | null {
    const [, line, column] = /^(\d+):(\d+)$/.exec(place) ?? [];
    const start = this.#lines[Number(line) - 1];
    if (!this.#root || start === undefined) return null;
    const offset = start + Number(column) - 1;
    let found: Found | null = null;
    const around: AnyNode[] = [];
    for (let node: AnyNode | undefined = this.#root; node;) {
      // Engines name the start of the callee, its last part, or the parenthesis behind it.
      if (isCall(node) && offset <= node.callee.end) found = { call: node, around: around.toReversed() };
      around.push(node);
      node = childrenOf(node).find((child) => child.start <= offset && offset < child.end);
    }
    return found;
  }

  #placeOf(offset: number): string {
    let [low, high] = [0, this.#lines.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#lines[middle] ?? Infinity) <= offset) low = middle;
      else high = middle;
    }
    return `${low + 1}:${offset - (this.#lines[low] ?? 0) + 1}`;
  }
}

/** What cannot be read says nothing: it comes from a file of anybody's. */
function parsed(code: string): AnyNode | null {
  if (code.length > MAX_CHARACTERS) return null;
  try {
    return parse(code, { ecmaVersion: 'latest', sourceType: 'module' });
  } catch {
    return null;
  }
}

function isCall(node: AnyNode): node is Call {
  return node.type === 'CallExpression' || node.type === 'NewExpression';
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}

function childrenOf(node: AnyNode): readonly AnyNode[] {
  return Object.values(node).flatMap((value: unknown) => {
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

function keyOf(key: AnyNode): string | null {
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}

/** What a name stands for, as it is declared around its use; anything else stands for itself. */
function resolved(node: AnyNode, around: readonly AnyNode[], depth = 0): AnyNode | null {
  if (node.type !== 'Identifier') return node;
  if (depth > MAX_NAMES) return null;
  for (const scope of around) {
    const declared = declaredIn(scope, node.name);
    if (declared) return resolved(declared, around, depth + 1);
  }
  return null;
}

/** Names that stand for names. */
const MAX_NAMES = 8;

function declaredIn(scope: AnyNode, name: string): AnyNode | null {
  if (scope.type !== 'Program' && scope.type !== 'BlockStatement') return null;
  for (const statement of scope.body) {
    const own = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (own?.type === 'FunctionDeclaration' && own.id?.name === name) return own;
    if (own?.type !== 'VariableDeclaration') continue;
    const declarator = own.declarations.find(({ id }) => id.type === 'Identifier' && id.name === name);
    if (declarator?.init) return declarator.init;
  }
  return null;
}
