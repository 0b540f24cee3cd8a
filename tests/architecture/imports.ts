import path from 'node:path';
import ts from 'typescript';

export interface Import {
  specifier: string;
  line: number;
}

/** Everything that a file imports, exports from, or imports while running. Svelte files are read by their scripts. */
export function importsOf(file: string, text: string): Import[] {
  if (!file.endsWith('.svelte')) return importsOfScript(file, text);
  return [...text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].flatMap((block) => {
    const before = text.slice(0, block.index).split('\n').length - 1;
    return importsOfScript(`${file}.ts`, block[1] ?? '').map((found) => ({
      ...found,
      line: found.line + before,
    }));
  });
}

function importsOfScript(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined) {
      found.push({
        specifier: specifier.text,
        line: source.getLineAndCharacterOfPosition(specifier.getStart(source)).line + 1,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  let candidate: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) candidate = node.moduleSpecifier;
  else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    candidate = node.arguments[0];
  else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    candidate = node.argument.literal;
  return candidate !== undefined && ts.isStringLiteralLike(candidate) ? candidate : undefined;
}

/** Whether a file's code (not its comments) reads the environment of the process. Gives the lines. */
export function environmentReads(file: string, text: string): number[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (isProcessEnv(node, source) || importsEnv(node)) {
      lines.push(source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
}

const isProcessEnv = (node: ts.Node, source: ts.SourceFile): boolean =>
  ts.isPropertyAccessExpression(node) &&
  node.name.text === 'env' &&
  node.expression.getText(source) === 'process';

function importsEnv(node: ts.Node): boolean {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return false;
  const bindings = node.importClause?.namedBindings;
  if (
    !/^(node:)?process$/.test(node.moduleSpecifier.text) ||
    bindings === undefined ||
    !ts.isNamedImports(bindings)
  )
    return false;
  return bindings.elements.some(({ name, propertyName }) => (propertyName ?? name).text === 'env');
}

/** The package folder (`libs/domain`, `apps/web`, `tests`, `scripts`) that a file of the tree lies in. */
export function packageOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return ['libs', 'services', 'tools', 'apps'].includes(first) ? `${first}/${second}` : first;
}

/** What an import means: a package of ours by its folder, a package of npm by its name, a Node module, or the file's own package. */
export type Target =
  { kind: 'own' } | { kind: 'ours'; folder: string } | { kind: 'npm'; name: string } | { kind: 'node' };

export function targetOf(file: string, specifier: string, folderOfName: ReadonlyMap<string, string>): Target {
  if (specifier.startsWith('node:')) return { kind: 'node' };
  if (/^[./]/.test(specifier)) {
    const folder = packageOf(path.posix.join(path.posix.dirname(file), specifier));
    return folder === packageOf(file) ? { kind: 'own' } : { kind: 'ours', folder };
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const folder = folderOfName.get(name);
  if (folder === undefined) return { kind: 'npm', name };
  return folder === packageOf(file) ? { kind: 'own' } : { kind: 'ours', folder };
}
