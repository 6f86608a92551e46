import ts from 'typescript';

const { SyntaxKind: Kind } = ts;

/** What each operator may be mistaken for. */
const OPERATORS = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '??=': ['='],
};
const ASSIGNING = new Set(['+=', '-=', '??=']);

/**
 * Every small mistake that could be made in a source, one at a time: other operators, conditions that always or never
 * hold, other literals, nothing returned, a statement left out.
 *
 * @param file - Name of the source, for the reader.
 * @param firstId - Number of the first mutant.
 * @returns The source with all mutants in it, `__M(id)` switching one on; and what each of them is. A mutant is `once` when
 *   its code runs while the module is loaded.
 */
export function withMutants(file, source, firstId) {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const mutants = [];
  const lines = source.split('\n');

  const mutant = (node, mutated, original = node.getText(tree)) => {
    const id = firstId + mutants.length;
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
    mutants.push({
      id,
      file,
      line: line + 1,
      within: lines[line].trim(),
      original: oneLine(original),
      mutated: oneLine(mutated),
      once: isOnce(node),
    });
    return id;
  };

  /** Source of a node with the mutants of all that is in it, and its own. */
  const printed = (node) => {
    const start = node.getStart(tree);
    let text = '';
    let at = start;
    for (const child of childrenOf(node)) {
      text += source.slice(at, child.getStart(tree)) + printed(child);
      at = child.getEnd();
    }
    text += source.slice(at, node.getEnd());
    // A loop that a mutant made endless comes to its end here.
    if (isLoopBody(node))
      return ts.isBlock(node) ? `{ __T(); ${text.slice(1)}` : `{ __T(); ${withOwn(node, text)} }`;
    return withOwn(node, text);
  };

  const withOwn = (node, text) => {
    if (isRemovable(node)) return `{ if (!__M(${mutant(node, '(left out)')})) ${text} }`;
    if (ts.isReturnStatement(node) && node.expression && !isNothing(node.expression)) {
      const id = mutant(node, 'return undefined;');
      return `{ if (__M(${id})) return undefined; ${text} }`;
    }
    if (!isPlainExpression(node)) return text;
    const changes = changesOf(node, tree);
    if (changes.length === 0) return text;
    const switched = changes.map((changed) => `__M(${mutant(node, changed)}) ? (${changed}) : `).join('');
    return `(${switched}(${text}))`;
  };

  let code = '';
  let at = 0;
  for (const child of childrenOf(tree)) {
    code += source.slice(at, child.getStart(tree)) + printed(child);
    at = child.getEnd();
  }
  return { code: code + source.slice(at), mutants };
}

function changesOf(node, tree) {
  const text = (one) => one.getText(tree);
  const changes = [];
  if (ts.isBinaryExpression(node)) {
    const operator = text(node.operatorToken);
    for (const other of OPERATORS[operator] ?? [])
      changes.push(
        ASSIGNING.has(operator)
          ? `${text(node.left)} ${other} ${text(node.right)}`
          : `(${text(node.left)}) ${other} (${text(node.right)})`,
      );
  }
  if (ts.isPrefixUnaryExpression(node)) {
    if (node.operator === Kind.ExclamationToken || node.operator === Kind.MinusToken)
      changes.push(text(node.operand));
    if (node.operator === Kind.PlusPlusToken) changes.push(`--${text(node.operand)}`);
    if (node.operator === Kind.MinusMinusToken) changes.push(`++${text(node.operand)}`);
  }
  if (ts.isPostfixUnaryExpression(node)) {
    changes.push(`${text(node.operand)}${node.operator === Kind.PlusPlusToken ? '--' : '++'}`);
  }
  if (isCondition(node)) changes.push(...(isLoop(node.parent) ? ['false'] : ['true', 'false']));
  else if (node.kind === Kind.TrueKeyword) changes.push('false');
  else if (node.kind === Kind.FalseKeyword) changes.push('true');
  if (ts.isNumericLiteral(node)) changes.push(node.text === '0' ? '1' : `${text(node)} + 1`);
  // Sentences are for people: only words that programs compare are mutated.
  if (ts.isStringLiteral(node) && /^\S+$/.test(node.text)) changes.push("''");
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) changes.push('[]');
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression } = node.expression;
    if (name.text === 'min' || name.text === 'max') {
      const other = name.text === 'min' ? 'max' : 'min';
      changes.push(`${text(expression)}.${other}(${node.arguments.map(text).join(', ')})`);
    }
    if (['slice', 'filter', 'reverse', 'toSorted'].includes(name.text)) changes.push(text(expression));
    if (name.text === 'some')
      changes.push(`${text(expression)}.every(${node.arguments.map(text).join(', ')})`);
    if (name.text === 'every')
      changes.push(`${text(expression)}.some(${node.arguments.map(text).join(', ')})`);
  }
  return changes;
}

/** Parts of a node that run: no types, no names, nothing that is assigned to. */
function childrenOf(node) {
  const children = [];
  ts.forEachChild(node, (child) => {
    if (!isInert(child)) children.push(child);
  });
  return children.sort((a, b) => a.pos - b.pos);
}

function isInert(node) {
  const { parent } = node;
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node)
  )
    return true;
  if (ts.isModifier(node) || node.kind === Kind.EndOfFileToken) return true;
  return 'name' in parent && parent.name === node && !ts.isBindingName(node);
}

function isPlainExpression(node) {
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.left === node && isAssignment(parent)) return false;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  if (ts.isExpressionStatement(parent))
    return ts.isBinaryExpression(node) && ASSIGNING.has(node.operatorToken.getText());
  if (ts.isLiteralTypeNode(parent) || ts.isTaggedTemplateExpression(parent)) return false;
  if (ts.isArrayLiteralExpression(node) && isTarget(node)) return false;
  return ts.isExpression(node);
}

/** Assigned to, as in `[a, b] = pair` or `for (const [a, b] of pairs)`. */
function isTarget(node) {
  const { parent } = node;
  return (ts.isForOfStatement(parent) && parent.initializer === node) || ts.isBindingElement(parent);
}

function isAssignment({ operatorToken: { kind } }) {
  return kind >= Kind.FirstAssignment && kind <= Kind.LastAssignment;
}

function isCondition(node) {
  const { parent } = node;
  const isOwn =
    (ts.isIfStatement(parent) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node) ||
    ((ts.isWhileStatement(parent) || ts.isDoStatement(parent)) && parent.expression === node) ||
    (ts.isForStatement(parent) && parent.condition === node);
  return isOwn && node.kind !== Kind.TrueKeyword && node.kind !== Kind.FalseKeyword;
}

function isLoop(node) {
  return ts.isWhileStatement(node) || ts.isDoStatement(node) || ts.isForStatement(node);
}

function isLoopBody(node) {
  return ts.isIterationStatement(node.parent, false) && node.parent.statement === node;
}

function isRemovable(node) {
  return (
    ts.isExpressionStatement(node) &&
    !(ts.isCallExpression(node.expression) && node.expression.expression.kind === Kind.SuperKeyword)
  );
}

function isNothing(node) {
  return ts.isIdentifier(node) && node.text === 'undefined';
}

/** Whether a node runs while its module is loaded: it is in no function and no field of an instance. */
function isOnce(node) {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isFunctionLike(at)) return false;
    if (ts.isPropertyDeclaration(at))
      return at.modifiers?.some(({ kind }) => kind === Kind.StaticKeyword) ?? false;
  }
  return true;
}

function oneLine(text) {
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 110 ? `${flat.slice(0, 107)}…` : flat;
}
