/** Tasks of type `rulec`: check and test, with the settings as flags. */
import {
  ProcessExecution,
  Task,
  TaskDefinition,
  TaskGroup,
  TaskProvider,
  TaskScope,
  Uri,
  workspace,
  WorkspaceFolder,
} from 'vscode';
import { checkFlags, program, requirements, SECTION } from './settings';

/** A task as it stands in `tasks.json`. */
interface Definition extends TaskDefinition {
  command: 'check' | 'test';
  arguments?: string[];
}

/** The task that does this. */
export function task(definition: Definition, folder: WorkspaceFolder | undefined): Task {
  const { command } = definition;
  const flags = command === 'check' ? ['--format', 'concise', ...checkFlags()] : requirements();
  const args = [command, ...flags, ...(definition.arguments ?? [])];
  const cwd = folder?.uri.fsPath;
  const execution = new ProcessExecution(program(), args, cwd ? { cwd } : {});
  const matchers = command === 'check' ? ['$rulec'] : [];
  const made = new Task(definition, folder ?? TaskScope.Workspace, command, SECTION, execution, matchers);
  made.group = command === 'check' ? TaskGroup.Build : TaskGroup.Test;
  return made;
}

/** The task that runs the tests in some files, or all of them. */
export function testTask(paths: string[]): Task {
  const first = paths[0];
  const folder = first === undefined ? undefined : workspace.getWorkspaceFolder(Uri.file(first));
  return task({ type: SECTION, command: 'test', arguments: paths }, folder ?? workspace.workspaceFolders?.[0]);
}

/** Both tasks for each folder, and those of `tasks.json`. */
export const provider: TaskProvider = {
  provideTasks: () => {
    const both = (folder: WorkspaceFolder) =>
      (['check', 'test'] as const).map((command) => task({ type: SECTION, command }, folder));
    return (workspace.workspaceFolders ?? []).flatMap(both);
  },
  resolveTask: (found) => {
    const folder = typeof found.scope === 'object' ? found.scope : workspace.workspaceFolders?.[0];
    return task(found.definition as Definition, folder);
  },
};
