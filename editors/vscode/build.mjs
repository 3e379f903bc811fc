// Bundles the extension and puts what it shares with the rest of the repository beside it.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync } from 'node:fs';

mkdirSync('out', { recursive: true });
for (const name of ['falco', 'falco-injection']) {
  copyFileSync(`../../grammar/${name}.tmLanguage.json`, `out/${name}.tmLanguage.json`);
}
copyFileSync('../../LICENSE', 'LICENSE');
await build({
  entryPoints: ['src/extension.ts'],
  outfile: 'out/extension.js',
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node18',
  format: 'cjs',
  external: ['vscode'],
});
