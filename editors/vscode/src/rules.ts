/** Which documents are rules files. */
import { TextDocument, workspace } from 'vscode';

const ITEM = /^\s*- +(?:rule|macro|list|required_engine_version|required_plugin_versions) *:/m;

/** True for YAML that has an item of a rules file. */
export function looksLikeRules(document: TextDocument): boolean {
  return document.languageId === 'yaml' && ITEM.test(document.getText());
}

/** True if something in the window concerns the server: rules in an open document, or a `rulec.toml`. */
export async function concernsRules(): Promise<boolean> {
  if (workspace.textDocuments.some(looksLikeRules)) return true;
  try {
    return (await workspace.findFiles('**/rulec.toml', '**/node_modules/**', 1)).length > 0;
  } catch {
    return false; // Where there is no search there may still be rules, later.
  }
}
