/** What the commands do. Reports come from the command line and are shown in read-only documents. */
import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import {
  commands,
  Disposable,
  EventEmitter,
  ProgressLocation,
  tasks,
  TextEditor,
  Uri,
  ViewColumn,
  window,
  workspace,
} from 'vscode';
import { program, requirements } from './settings';
import { testTask } from './tasks';

const run = promisify(execFile);
const SCHEME = 'rulec';

/** What a program that could not be run, or exited with something else than 0, leaves behind. */
interface Failed {
  stdout?: string;
  stderr?: string;
  message: string;
}

/** Runs rulec; a report counts even where the exit code says that something is missing. */
async function report(args: string[], cwd: string): Promise<string> {
  try {
    return (await run(program(), args, { cwd, maxBuffer: 1 << 28 })).stdout;
  } catch (error) {
    const failed = error as Failed;
    if (failed.stdout) return failed.stdout;
    throw new Error(failed.stderr?.trim() || failed.message);
  }
}

/** Where to run rulec for a file: its workspace folder, or else its directory. */
function folderOf(file: Uri): string {
  return workspace.getWorkspaceFolder(file)?.uri.fsPath ?? dirname(file.fsPath);
}

/** An item as `rulec describe` tells it. */
interface Described {
  info: { name: string; condition: string };
  details: { condition_compiled?: string };
}

const ITEM = /^\s*- +(rule|macro) *: *(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:#.*)?$/;

/** The rule or macro that the cursor is in. */
export function itemAt(text: string, line: number): { kind: 'rule' | 'macro'; name: string } | undefined {
  const lines = text.split(/\r?\n/);
  for (let at = Math.min(line, lines.length - 1); at >= 0; at--) {
    const found = ITEM.exec(lines[at] ?? '');
    if (found) return { kind: found[1] as 'rule' | 'macro', name: found[2] ?? found[3] ?? found[4] ?? '' };
  }
  return undefined;
}

/** Read-only documents with what rulec told. */
class Reports implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly registered = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: (uri) => this.texts.get(uri.path) ?? '',
  });

  /** The document of this name, with a new text. */
  put(name: string, text: string): Uri {
    const uri = Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    return uri;
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }
}

async function expanded(reports: Reports, editor: TextEditor | undefined): Promise<void> {
  if (!editor) return;
  const { document, selection } = editor;
  const item = itemAt(document.getText(), selection.active.line);
  if (!item) throw new Error('there is no rule or macro at the cursor');
  if (document.isDirty && !(await document.save())) return;
  const folder = folderOf(document.uri);
  // The files of the workspace may be what the rule needs, or may not load; then the file must do alone.
  const args = ['describe', ...requirements()];
  const told = await report(args, folder).catch(() => report([...args, document.uri.fsPath], folder));
  const all = JSON.parse(told) as { rules: Described[]; macros: Described[] };
  const found = all[item.kind === 'rule' ? 'rules' : 'macros'].find((other) => other.info.name === item.name);
  const text = found?.details.condition_compiled;
  if (text === undefined) throw new Error(`Falco would not load ${item.kind} \`${item.name}\``);
  const uri = reports.put(`${item.name}.condition`, `${text}\n`);
  await window.showTextDocument(uri, { viewColumn: ViewColumn.Beside, preview: true, preserveFocus: true });
}

async function coverage(reports: Reports): Promise<void> {
  const file = window.activeTextEditor?.document.uri;
  const folder = file?.scheme === 'file' ? folderOf(file) : workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined) throw new Error('open a folder with rules');
  const progress = { location: ProgressLocation.Window, title: 'rulec coverage' };
  const args = ['coverage', '--format', 'markdown', ...requirements()];
  const text = await window.withProgress(progress, () => report(args, folder));
  const uri = reports.put('Coverage.md', text);
  await commands.executeCommand('markdown.showPreview', uri);
}

/** Runs the tests in a file, in several, or all: a code lens names them, the palette does not. */
async function runTests(files?: unknown): Promise<void> {
  const named = Array.isArray(files) ? files : [files];
  const paths = named.filter((name): name is string => typeof name === 'string');
  await tasks.executeTask(testTask(paths.map((path) => (path.startsWith('file:') ? Uri.parse(path).fsPath : path))));
}

/** Registers the commands that need no server. */
export function register(): Disposable[] {
  const reports = new Reports();
  const told = (command: string, what: (...args: unknown[]) => Promise<void>) =>
    commands.registerCommand(command, async (...args: unknown[]) => {
      try {
        await what(...args);
      } catch (error) {
        void window.showErrorMessage(`rulec: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
  return [
    reports,
    told('rulec.showExpandedCondition', () => expanded(reports, window.activeTextEditor)),
    told('rulec.showCoverage', () => coverage(reports)),
    told('rulec.runTests', runTests),
  ];
}
