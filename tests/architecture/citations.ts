import ts from 'typescript';

/** The ids that a test file cites: the first argument of every `verifies(…)` that is the name of a test or a group. */
export function citationsIn(text: string): string[] {
  if (!text.includes('verifies(')) return [];
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest);
  const ids: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && namesTest(node.expression)) {
      const name = node.arguments[0];
      if (name !== undefined && ts.isCallExpression(name) && isVerifies(name.expression))
        ids.push(...literals(name.arguments[0]));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return ids;
}

const isVerifies = (node: ts.Node): boolean => ts.isIdentifier(node) && node.text === 'verifies';

/** `test`, `it`, `describe`, and what is reached from them: `test.describe`, `describe.each(…)`. */
function namesTest(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return ['test', 'it', 'describe'].includes(node.text);
  return (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)) && namesTest(node.expression);
}

function literals(node: ts.Node | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  return ts.isArrayLiteralExpression(node) ? node.elements.flatMap(literals) : [];
}
