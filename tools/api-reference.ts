// Writes docs/api from the doc comments of what package.json exports: `npm run docs`.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { format } from "prettier";
import manifest from "../package.json" with { type: "json" };

const root = resolve(import.meta.dirname, "..");

/** One declaration of an emitted file: its comment as text, and itself. */
interface Declaration {
  readonly name: string;
  readonly comment: string;
  readonly text: string;
}

/** What one emitted file declares, and where its names come from. */
interface Module {
  readonly declared: ReadonlyMap<string, readonly Declaration[]>;
  /** The exported names in their order, and under what name which file has them: undefined for this one. */
  readonly exported: ReadonlyMap<string, { readonly file: string | undefined; readonly name: string }>;
  readonly imported: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
}

/** A declaration, the file that it is in, and whether an entry point exports it. */
interface Found extends Declaration {
  readonly file: string;
}

/** Makes the reference: the text of each file of docs/api, by its name. */
export async function apiReference(): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-api-"));
  try {
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const options = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", folder];
    execFileSync(process.execPath, [compiler, ...options], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    const entries = Object.entries(manifest.exports).flatMap(([name, entry]) =>
      typeof entry === "string" ? [] : [{ name: name.replace(/^\./, "buyonce"), file: entry.types }],
    );
    const read = createReader();
    const fileOf = (types: string) => join(folder, relative("dist", types));
    const core = publicOf(read, fileOf(manifest.exports["."].types));
    const pages = await Promise.all(
      entries.map(async ({ name, file }) => {
        const own = publicOf(read, fileOf(file));
        const known = name === "buyonce" ? own : [...core, ...own];
        const page = pageOf(name, own, usedBy(read, own, known));
        return [`${pageName(name)}.md`, await format(page, { parser: "markdown", printWidth: 120 })] as const;
      }),
    );
    const list = entries.map(({ name }) => `- [\`${name}\`](${pageName(name)}.md)`).join("\n");
    const index = `# API reference\n\n${generated}\n\n${list}\n`;
    return new Map([["README.md", index], ...pages]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const generated = "Made from the doc comments by `npm run docs`; do not edit it.";
const pageName = (entry: string) => entry.replaceAll("/", "-");

function pageOf(name: string, own: readonly Found[], used: readonly Found[]): string {
  const section = ({ name: title, comment, text }: Found) =>
    `## ${title}\n\n${comment}\n\n\`\`\`ts\n${text.replace(/^export /, "").replace(/^declare /, "")}\n\`\`\`\n`;
  const more =
    used.length === 0 ? "" : `# What these use\n\nNot exported by a name.\n\n${used.map(section).join("\n")}`;
  return `# ${name}\n\n${generated}\n\n${own.map(section).join("\n")}\n${more}`;
}

/** What an entry point exports, in its order. */
function publicOf(read: (file: string) => Module, file: string): readonly Found[] {
  return [...read(file).exported.keys()].flatMap((name) => find(read, file, name));
}

/** The declarations that these refer to, one through the other, and that are not among those known. */
function usedBy(read: (file: string) => Module, own: readonly Found[], known: readonly Found[]): readonly Found[] {
  const seen = new Set(known.map(({ file, name }) => `${file} ${name}`));
  const used: Found[] = [];
  const open = [...own];
  for (let one = open.shift(); one !== undefined; one = open.shift()) {
    const { file, text } = one;
    // Types by their capital, values by what stands before them: a property may have the name of anything.
    for (const word of new Set(withoutComments(text).match(/\b[A-Z]\w*|(?<=typeof )\w+/g))) {
      for (const found of find(read, file, word)) {
        const key = `${found.file} ${found.name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        used.push(found);
        open.push(found);
      }
    }
  }
  return used.sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** The declarations of a name as a file sees it; none where a package has it. */
function find(read: (file: string) => Module, file: string, name: string): readonly Found[] {
  const { declared, exported, imported } = read(file);
  const here = declared.get(name);
  if (here !== undefined) return here.map((declaration) => ({ ...declaration, file }));
  const from = exported.get(name) ?? imported.get(name);
  return from?.file === undefined ? [] : find(read, from.file, from.name);
}

/** Reads emitted files, each once. */
function createReader(): (file: string) => Module {
  const modules = new Map<string, Module>();
  const read = (file: string): Module => {
    const module = modules.get(file) ?? parse(file, read);
    modules.set(file, module);
    return module;
  };
  return read;
}

function parse(file: string, read: (file: string) => Module): Module {
  const source = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const declared = new Map<string, Declaration[]>();
  const exported = new Map<string, { file: string | undefined; name: string }>();
  const imported = new Map<string, { file: string; name: string }>();
  const target = (specifier: string) =>
    specifier.startsWith(".") ? join(dirname(file), specifier.replace(/\.[jt]s$/, ".d.ts")) : undefined;
  const nameOf = (node: { readonly name?: unknown; readonly value?: unknown }) => String(node.name ?? node.value);

  for (const node of program.body) {
    if (node.type === "ImportDeclaration") {
      const from = target(node.source.value);
      for (const specifier of node.specifiers) {
        if (from === undefined || specifier.type !== "ImportSpecifier") continue;
        imported.set(specifier.local.name, { file: from, name: nameOf(specifier.imported) });
      }
      continue;
    }
    if (node.type === "ExportAllDeclaration") {
      const from = target(node.source.value);
      for (const name of from === undefined ? [] : read(from).exported.keys()) exported.set(name, { file: from, name });
      continue;
    }
    if (node.type === "ExportNamedDeclaration") {
      const from = node.source ? target(node.source.value) : undefined;
      for (const { local, exported: as } of node.specifiers) {
        exported.set(nameOf(as), { file: from, name: nameOf(local) });
      }
    }
    const inner = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (inner === null) continue;
    const before = comments.findLast(({ end }) => end <= node.start && source.slice(end, node.start).trim() === "");
    const comment = before?.value.startsWith("*") ? plain(before.value) : "";
    const names =
      inner.type === "VariableDeclaration"
        ? inner.declarations.map(({ id }) => id)
        : "id" in inner && inner.id
          ? [inner.id]
          : [];
    for (const id of names) {
      const name = nameOf(id as { name?: unknown });
      const declaration = { name, comment, text: source.slice(node.start, node.end) };
      declared.set(name, [...(declared.get(name) ?? []), declaration]);
      if (node.type === "ExportNamedDeclaration") exported.set(name, { file: undefined, name });
    }
  }
  return { declared, exported, imported };
}

/** A doc comment without its stars; links as code. */
function plain(comment: string): string {
  return comment
    .replace(/^\*/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .replaceAll(/\{@link ([^}]+)\}/g, "`$1`")
    .trim();
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, "");
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(root, "docs/api");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of await apiReference()) writeFileSync(join(folder, name), text);
}
