/**
 * `npm run bench [-- GROUP…] [-- --json FILE]`: measures and compares with what we promised. A missed target is said, not hidden,
 * and is no failure of the command; what could not be measured is. What was seen last, and why, is in README.md.
 * A group is a file in groups/, added to GROUPS.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { asLine, type Figure, figureSchema, type Group } from './figures.ts';
import { clientGroup } from './groups/client.ts';
import { executeGroup } from './groups/execute.ts';
import { memoryGroup } from './groups/memory.ts';
import { relayGroup } from './groups/relay.ts';
import { restartGroup } from './groups/restart.ts';

const GROUPS: readonly Group[] = [relayGroup, executeGroup, memoryGroup, restartGroup, clientGroup];

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });
const unknown = positionals.filter((name) => !GROUPS.some((group) => group.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no group ${unknown.join(', ')}; the groups are ${GROUPS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

console.log(`Node ${process.versions.node}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}`);
const figures: Figure[] = [];
const broken: string[] = [];
for (const group of GROUPS) {
  if (positionals.length > 0 && !positionals.includes(group.name)) continue;
  console.log(`\n${group.name}: ${group.about}`);
  try {
    const measured = await group.measure((line) => console.log(`  … ${line}`));
    for (const figure of measured) console.log(asLine(figureSchema.parse(figure)));
    figures.push(...measured);
  } catch (error) {
    broken.push(group.name);
    console.error(`  ${group.name} could not be measured:`, error);
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ figures }, null, 2)}\n`);
const missed = figures.filter(({ ok }) => !ok).length;
console.log(
  `\n${figures.length} figures, ${missed} missed${broken.length > 0 ? `; not measured: ${broken.join(', ')}` : ''}`,
);
process.exit(broken.length > 0 ? 1 : 0);
