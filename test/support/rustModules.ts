import { dirname } from "node:path";
import { read, sources } from "./sources.ts";

/** A module of a crate: one file. */
interface Module {
  file: string;
  /** The file's code, without comments, texts, `use` and its inline tests. */
  code: string;
  parent: Module | undefined;
  children: Map<string, Module>;
  /** What names that are brought into scope stand for: paths, still to be resolved. */
  uses: Map<string, string[]>;
  /** Names that are brought into scope for other modules. */
  exports: Set<string>;
}

/**
 * Which files of a crate use which others of it, by paths from the root. A name that a module only
 * hands on is followed to the file that defines it.
 */
export function moduleUses(crate: string): Map<string, Set<string>> {
  const modules = crateModules(crate);
  return new Map([...modules.values()].map((module) => [module.file, usesOf(module)]));
}

/** Modules of a crate by their files. */
function crateModules(crate: string): Map<string, Module> {
  const top = `crates/${crate}/src`;
  const files = sources(top).filter((path) => path.endsWith(".rs"));
  const modules = new Map(files.map((file) => [file, readModule(file)]));
  for (const [file, module] of modules) {
    const [, folder = "", name = ""] = /^(.*)\/(\w+)\.rs$/.exec(file) ?? [];
    const above = name === "mod" ? dirname(folder) : folder;
    const parents = [`${above}/mod.rs`, `${above}.rs`, ...(above === top ? [`${top}/lib.rs`] : [])];
    const parent = parents.find((path) => path !== file && modules.has(path));
    if (file !== `${top}/lib.rs` && parent) {
      module.parent = modules.get(parent);
      module.parent?.children.set(name === "mod" ? (folder.split("/").at(-1) ?? "") : name, module);
    }
  }
  return modules;
}

function readModule(file: string): Module {
  const text = read(file)
    .replaceAll(/\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""')
    .replace(/#\[cfg\(test\)\]\s*mod \w+ \{[\s\S]*$/, "");
  const uses = new Map<string, string[]>();
  const exports = new Set<string>();
  const code = text.replaceAll(
    /(\bpub(?:\([a-z ]+\))?\s+)?\buse\s+([^;]+);/g,
    (_all, isPublic: string | undefined, tree: string) => {
      for (const path of useTree(tree.replaceAll(/\s+/g, " "))) {
        const [last = "", alias] = (path.at(-1) ?? "").split(" as ");
        const whole = [...path.slice(0, -1), last].filter(
          (part) => part !== "self" || path[0] === part,
        );
        uses.set(alias ?? whole.at(-1) ?? "", whole);
        if (isPublic) {
          exports.add(alias ?? whole.at(-1) ?? "");
        }
      }
      return "";
    },
  );
  return { file, code, parent: undefined, children: new Map(), uses, exports };
}

/** Paths of a tree such as `crate::a::{b, c::{self, d}}`. */
function useTree(tree: string): string[][] {
  const at = tree.indexOf("{");
  if (at < 0) {
    return [tree.trim().split("::")];
  }
  const head = tree
    .slice(0, at)
    .split("::")
    .slice(0, -1)
    .map((part) => part.trim());
  return branches(tree.slice(at + 1, tree.lastIndexOf("}"))).flatMap((branch) =>
    useTree(branch).map((path) => [...head, ...path]),
  );
}

/** Parts of a list, at the commas outside of its braces. */
function branches(list: string): string[] {
  const found = [""];
  let depth = 0;
  for (const character of list) {
    depth += character === "{" ? 1 : character === "}" ? -1 : 0;
    if (character === "," && depth === 0) {
      found.push("");
    } else {
      found[found.length - 1] += character;
    }
  }
  return found.map((branch) => branch.trim()).filter((branch) => branch !== "");
}

function usesOf(module: Module): Set<string> {
  const inCode = [...module.code.matchAll(/\b\w+(?:::\w+)+/g)].map(([path]) => path.split("::"));
  const isMentioned = (name: string) => new RegExp(`\\b${name}\\b`).test(module.code);
  const used = [...module.uses]
    .filter(([name]) => !module.exports.has(name) || isMentioned(name))
    .map(([, path]) => path);
  const found = [...inCode, ...used].flatMap((path) => resolve(module, path)?.file ?? []);
  return new Set(found.filter((file) => file !== module.file));
}

/** The module that defines what a path means where it is written; nothing for other crates. */
function resolve(from: Module, path: readonly string[], depth = 0): Module | undefined {
  const [first = ""] = path;
  let module: Module | undefined;
  if (first === "crate") {
    module = from;
    while (module.parent) {
      module = module.parent;
    }
  } else if (first === "super") {
    module = from.parent;
  } else if (first === "self") {
    module = from;
  } else {
    return inModule(from, path, depth, false);
  }
  return module && inModule(module, path.slice(1), depth, true);
}

/** The module that defines what a path below a module means. */
function inModule(
  module: Module,
  path: readonly string[],
  depth: number,
  isOwn: boolean,
): Module | undefined {
  const [first, ...rest] = path;
  if (first === undefined) {
    return module;
  }
  if (first === "super") {
    return module.parent && inModule(module.parent, rest, depth, true);
  }
  const child = module.children.get(first);
  if (child) {
    return inModule(child, rest, depth, true);
  }
  const use = module.uses.get(first);
  const target = use && depth < 10 ? resolve(module, use, depth + 1) : undefined;
  if (target) {
    return inModule(target, rest.slice(0), depth + 1, true);
  }
  // A name that comes from another crate, or that the module defines itself.
  return use || !isOwn ? undefined : module;
}
