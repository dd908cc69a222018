// Writes .env.example from the table of variables: `npm run env-example`. A test compares the two.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HEAD = `# Tallylight's settings, with their defaults. Written from src/shared/config/variables.ts by "npm run env-example".
#
# Docker Compose reads .env by itself; elsewhere: node --env-file=.env dist/src/main.js run all
# A variable that is empty counts as unset. Durations are written 500ms, 30s, 10m, 6h.
# "tallylight config" shows what is in force.
`;

/** Which variables belong together, in the order they are shown. Each goes where its name matches first. */
const GROUPS = [
  ['Servers', /^(DATABASE|REDIS|NOTICE_DATABASE)_URL$/],
  ['Probes, metrics and the board', /^(HTTP|BOARD|PUBLIC)_/],
  ['Platforms and how often they are looked at', /^(PLATFORMS$|POLL_)/],
  ['When an end is believed', /^OFFLINE_/],
  ['How changes are published', /^(BATCH|URGENT|PUBLISH|LANE|ANNOUNCE)_/],
  ['YouTube', /^YOUTUBE_/],
  ['Twitch', /^TWITCH_/],
  ['X (Twitter)', /^TWITTER_/],
  ['TwitCasting', /^TWITCASTING_/],
  ['Everything else', /./],
];

/** @param {Readonly<Record<string, { default?: string, meaning: string }>>} variables */
export function envExample(variables) {
  const groups = GROUPS.map(([title]) => ({ title, names: [] }));
  for (const name of Object.keys(variables)) groups[GROUPS.findIndex(([, names]) => names.test(name))].names.push(name);
  const sections = groups
    .filter(({ names }) => names.length > 0)
    .map(({ title, names }) => `# --- ${title} ---\n\n${names.map((name) => entry(name, variables[name])).join('\n')}`);
  return [HEAD, ...sections].join('\n');
}

/** Commented out where there is a default, so that a copy of the file follows later ones. */
function entry(name, { default: fallback, meaning }) {
  return `# ${meaning}\n${fallback === undefined ? `${name}=` : `# ${name}=${fallback}`}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { build } = await import('./build.mjs');
  await build({ tolerant: true });
  const { VARIABLES } = await import('../dist/src/shared/config/variables.js');
  writeFileSync(new URL('../.env.example', import.meta.url), envExample(VARIABLES));
}
