/** The language client: started when there are rules, restarted when the program changes, told of every setting. */
import { commands, Disposable, OutputChannel, window, workspace } from 'vscode';
import { LanguageClient, LanguageClientOptions, Location, Position, ServerOptions, State } from 'vscode-languageclient/node';
import { program, SECTION, serverSettings } from './settings';

/** The server's command that gives the places where a name is used: URI of a file, position of the name. */
const USES = 'rulec.usesOf';

/** Shows places as VS Code shows references. */
async function showUses(client: LanguageClient, [uri, position]: unknown[], places: Location[]): Promise<void> {
  const convert = client.protocol2CodeConverter;
  await commands.executeCommand(
    'editor.action.showReferences',
    convert.asUri(uri as string),
    convert.asPosition(position as Position),
    places.map((place) => convert.asLocation(place)),
  );
}

/** The client and all that lives as long as it. */
export class Server implements Disposable {
  private client: LanguageClient | undefined;
  /** True once there was something for a server to do, even if none could be started. */
  private wanted = false;
  private readonly output: OutputChannel = window.createOutputChannel('rulec');
  private readonly changes: Disposable;
  /** Starts and stops happen one after another. */
  private queue: Promise<void> = Promise.resolve();

  constructor() {
    this.changes = workspace.onDidChangeConfiguration(async (event) => {
      if (!event.affectsConfiguration(SECTION) || !this.wanted) return;
      if (event.affectsConfiguration(`${SECTION}.path`)) return this.restart();
      await this.notify();
    });
  }

  /** The running client, if there is one. */
  get running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  /** Starts the server if it has not been started. */
  start(): Promise<void> {
    return this.next(async () => {
      if (!this.wanted) await this.open();
    });
  }

  /** Ends the server and starts it again. */
  restart(): Promise<void> {
    return this.next(async () => {
      await this.close();
      await this.open();
    });
  }

  /** Shows what the server said. */
  show(): void {
    this.output.show(true);
  }

  /** Ends the server. */
  stop(): Promise<void> {
    return this.next(() => this.close());
  }

  dispose(): void {
    this.changes.dispose();
    this.output.dispose();
  }

  private next(step: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(step, step);
    return this.queue;
  }

  private async open(): Promise<void> {
    this.wanted = true;
    const server: ServerOptions = { command: program(), args: ['lsp'] };
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: 'file', language: 'yaml' },
        { scheme: 'untitled', language: 'yaml' },
        { scheme: 'file', pattern: '**/rulec.toml' },
      ],
      initializationOptions: serverSettings(),
      outputChannel: this.output,
      synchronize: { fileEvents: workspace.createFileSystemWatcher('**/{*.yaml,*.yml,rulec.toml}') },
      middleware: {
        executeCommand: async (command, args, next) => {
          const answer: unknown = await next(command, args);
          if (command === USES) await showUses(client, args, answer as Location[]);
          return answer;
        },
        // The server asks for the whole section, and gets what it was told at the start.
        workspace: {
          configuration: (asked, token, next) =>
            asked.items.every((item) => item.section === SECTION)
              ? asked.items.map(() => serverSettings())
              : next(asked, token),
        },
      },
    };
    const client: LanguageClient = new LanguageClient(SECTION, 'rulec', server, options);
    this.client = client;
    try {
      await client.start();
      await commands.executeCommand('setContext', 'rulec.active', true);
    } catch (error) {
      this.client = undefined;
      const words = error instanceof Error ? error.message : String(error);
      this.output.appendLine(`\`${program()} lsp\` could not be started: ${words}`);
      void this.complain();
    }
  }

  private async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await commands.executeCommand('setContext', 'rulec.active', false);
    if (client?.needsStop()) await client.stop();
    await client?.dispose();
  }

  private async complain(): Promise<void> {
    const chosen = await window.showErrorMessage(
      `\`${program()} lsp\` could not be started. Is rulec installed, and is rulec.path right?`,
      'Open Settings',
      'Show Output',
    );
    if (chosen === 'Open Settings') await commands.executeCommand('workbench.action.openSettings', `${SECTION}.path`);
    if (chosen === 'Show Output') this.show();
  }

  private async notify(): Promise<void> {
    await this.running?.sendNotification('workspace/didChangeConfiguration', {
      settings: { [SECTION]: serverSettings() },
    });
  }
}
