/** The settings of section `rulec`, for the server and for the command line. */
import { workspace } from 'vscode';

/** The section of the settings. */
export const SECTION = 'rulec';

/** What the server reads from `initializationOptions` and `workspace/didChangeConfiguration`. */
export interface ServerSettings {
  config: string | null;
  plugins: string[] | null;
  engineVersion: string | null;
  benchmark: string | null;
  levels: Record<string, 'allow' | 'info' | 'warn' | 'deny'>;
  maxDiagnostics: number;
  codeLens: { enable: boolean };
  inlayHints: { enable: boolean };
}

/** The settings of the server as they stand. */
export function serverSettings(): ServerSettings {
  const settings = workspace.getConfiguration(SECTION);
  return {
    config: settings.get<string | null>('config', null),
    plugins: settings.get<string[] | null>('plugins', null),
    engineVersion: settings.get<string | null>('engineVersion', null),
    benchmark: settings.get<string | null>('benchmark', null),
    levels: settings.get<ServerSettings['levels']>('levels', {}),
    maxDiagnostics: settings.get('maxDiagnostics', 1000),
    codeLens: { enable: settings.get('codeLens.enable', true) },
    inlayHints: { enable: settings.get('inlayHints.enable', true) },
  };
}

/** The program. */
export function program(): string {
  return workspace.getConfiguration(SECTION).get('path', '') || 'rulec';
}

/** Flags that say what rules are loaded with; all commands that load rules take them. */
export function requirements(): string[] {
  const { config, plugins, engineVersion } = serverSettings();
  return [
    ...(config ? ['--config', config] : []),
    ...(plugins ?? []).flatMap((plugin) => ['--plugins', plugin]),
    ...(engineVersion ? ['--engine-version', engineVersion] : []),
  ];
}

/** Flags of `rulec check` that say the same as the settings. */
export function checkFlags(): string[] {
  const { benchmark, levels } = serverSettings();
  return [
    ...requirements(),
    ...(benchmark ? ['--benchmark', benchmark] : []),
    ...Object.entries(levels).flatMap(([check, level]) => [`--${level}`, check]),
  ];
}
