/** The extension: the language server for rules files, commands and tasks. */
import { commands, ExtensionContext, tasks, workspace } from 'vscode';
import { Server } from './client';
import { register } from './commands';
import { concernsRules, looksLikeRules } from './rules';
import { provider } from './tasks';

let server: Server | undefined;

/** Starts the server at once where there are rules, and else when the first rules file is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  const started = (server = new Server());
  context.subscriptions.push(
    started,
    ...register(),
    commands.registerCommand('rulec.restart', () => started.restart()),
    commands.registerCommand('rulec.showOutput', () => started.show()),
    tasks.registerTaskProvider('rulec', provider),
    workspace.onDidOpenTextDocument((document) => (looksLikeRules(document) ? started.start() : undefined)),
    workspace.onDidSaveTextDocument((document) => (looksLikeRules(document) ? started.start() : undefined)),
  );
  if (await concernsRules()) await started.start();
}

/** Ends the server. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
