import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");
const commandMs = 120_000;
const node = [process.execPath, "--disable-sigusr1", "--disable-warning=ExperimentalWarning"];

/** What a step must come to, so that the story is true: the exit code, and phrases that its output has. */
export interface Expected {
  readonly exit: number;
  readonly says: readonly (string | RegExp)[];
}

/** Where the demo plays: a workspace and a home of its own, and a page that everything is printed on. */
export interface Stage {
  /** One line of narration before a chapter. */
  tell(line: string): void;
  /** Runs a command of `yoi` in the workspace, shown with its output. @throws {Error} when it goes otherwise than told */
  yoi(words: readonly string[], expected: Expected): Promise<string>;
  /** The same for any program; what is shown may be shorter than what is run. */
  run(shown: readonly string[], argv: readonly string[], expected: Expected): Promise<string>;
  /** The same for a program of this folder. */
  program(name: string, words: readonly string[], expected: Expected): Promise<string>;
  /** Adds text to a file of the workspace, or behind `~/` of the home, and shows it. */
  write(file: string, text: string): void;
  /** Puts a file there without showing what is in it. */
  place(file: string, text: string): void;
  /** Takes everything away. */
  close(): void;
}

/** A new stage; nothing of the user's is read or written. */
export function openStage(print: (text: string) => void): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "yoi-demo-")));
  const workspace = join(folder, "workspace");
  const home = join(folder, "home");
  for (const made of [workspace, home]) mkdirSync(made);
  const environment = { HOME: home, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}` };

  async function run(shown: readonly string[], argv: readonly string[], expected: Expected): Promise<string> {
    print(`${wrapCommand(shown.map(quoteWord))}\n`);
    const { exit, output } = await runToEnd(argv, workspace, environment);
    print(`${output}${output === "" || output.endsWith("\n") ? "" : "\n"}\n`);
    const missing = expected.says.find((phrase) =>
      typeof phrase === "string" ? !output.includes(phrase) : !phrase.test(output),
    );
    if (exit !== expected.exit) throw new Error(`${shown.join(" ")}: ended with ${exit}, not with ${expected.exit}`);
    if (missing !== undefined) throw new Error(`${shown.join(" ")}: does not say ${missing}`);
    return output;
  }

  function put(file: string, text: string): void {
    const path = file.startsWith("~/") ? join(home, file.slice(2)) : join(workspace, file);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, text);
  }

  return {
    run,
    tell: (line) => print(`── ${line}\n\n`),
    yoi: (words, expected) => run(["yoi", ...words], [...node, join(root, "src/cli/main.ts"), ...words], expected),
    program: (name, words, expected) =>
      run(["node", `${name}.ts`, ...words], [...node, join(import.meta.dirname, `${name}.ts`), ...words], expected),
    place(file, text) {
      put(file, text);
      print(`$ cat > ${file}\n\n`);
    },
    write(file, text) {
      put(file, text);
      print(`$ cat >> ${file} <<END\n${text}END\n\n`);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runToEnd(argv: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const [file = "", ...args] = argv;
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly exit: number; readonly output: string }>();
  const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: commandMs });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  child
    .on("error", reject)
    .on("close", (code, signal) => resolve({ exit: code ?? -1, output: output + (signal ?? "") }));
  return promise;
}

/** A command as a person would type it, going on in another line where 80 columns are not enough. */
function wrapCommand(words: readonly string[]): string {
  const lines = [""];
  for (const word of words) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + word.length > 74) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return `$ ${lines.join(" \\\n    ")}`;
}

function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}
