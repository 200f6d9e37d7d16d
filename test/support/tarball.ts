import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./sources.ts";

const run = promisify(execFile);

/** Environment of a user: none of what npm tells the scripts of this package. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_)/i.test(name)),
);

/** The package as it is published, and a project of a stranger that it is installed in. */
export interface Installed {
  tarball: string;
  /** Files of the tarball, from the package's root. */
  files: string[];
  /** The project with the native binding, and the same one without. */
  native: Project;
  wasm: Project;
  remove(): Promise<void>;
}

/** A folder with the package in its `node_modules`. */
export class Project {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The package as it was installed. */
  get package(): string {
    return join(this.folder, "node_modules/crushlab");
  }

  /** Writes a file of the project. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, text);
    return path;
  }

  /** What a module of Node prints. */
  async script(name: string, text: string): Promise<string> {
    return this.run(process.execPath, [await this.write(name, text)]);
  }

  /** What the installed command prints. */
  async cli(...args: string[]): Promise<string> {
    return this.run(join(this.folder, "node_modules/.bin/crushlab"), args);
  }

  /** What a program prints that is started in the project. */
  async run(command: string, args: string[]): Promise<string> {
    const { stdout } = await run(command, args, {
      cwd: this.folder,
      env: ENVIRONMENT,
      maxBuffer: 2 ** 26,
    });
    return stdout;
  }
}

/** Packs the package as it was built, and installs it. */
export async function installTarball(): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), "crushlab-package-"));
  const native = new Project(join(folder, "native"));
  const wasm = new Project(join(folder, "wasm"));
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", pack, { cwd: ROOT, env: ENVIRONMENT, maxBuffer: 2 ** 26 });
  const [{ filename, files }] = JSON.parse(stdout);
  const tarball = join(folder, filename);
  await mkdir(native.folder);
  await native.write("package.json", '{ "private": true }\n');
  await native.run("npm", ["install", tarball, "--prefer-offline", "--no-audit", "--no-fund"]);
  await cp(native.folder, wasm.folder, { recursive: true, verbatimSymlinks: true });
  const binding = join(wasm.package, "crates/node/binding");
  for (const name of await readdir(binding)) {
    if (name.endsWith(".node")) {
      await rm(join(binding, name));
    }
  }
  return {
    tarball,
    files: files.map(({ path }: { path: string }) => path),
    native,
    wasm,
    remove: () => rm(folder, { recursive: true }),
  };
}
