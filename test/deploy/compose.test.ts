import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROLES } from '../../src/role.ts';
import { createProgram } from '../../src/commands/program.ts';
import { loadConfig } from '../../src/shared/config/config.ts';
import { VARIABLES } from '../../src/shared/config/variables.ts';

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly container_name?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const root = path.join(import.meta.dirname, '..', '..');
const source = await readFile(path.join(root, 'docker-compose.yml'), 'utf8');
const dockerfile = await readFile(path.join(root, 'Dockerfile'), 'utf8');
const compose = parse(source, { merge: true }) as Compose;
const all = Object.entries(compose.services).filter(([, { image }]) => image === 'tallylight');
const ours = all.filter(([name]) => name !== 'migrate');

test('there is one service for each role, from one image', () => {
  expect(ours.map(([name]) => name).sort()).toEqual([...ROLES].sort());
  for (const [name, { command }] of ours) expect(command).toEqual(['run', name]);
});

test('every variable of the compose file is one that Tallylight reads', () => {
  const given = all.flatMap(([, { environment = {} }]) => Object.keys(environment));
  const interpolated = [...source.matchAll(/\$\{([A-Z_]+)/g)].map((match) => match[1] ?? '');
  for (const name of [...given, ...interpolated]) expect(Object.keys(VARIABLES)).toContain(name);
});

test('the settings of every service are accepted as they are', () => {
  for (const [, { environment = {} }] of all) {
    const settings = Object.entries(environment).map(([name, value]) => [name, interpolate(value)]);
    expect(() => loadConfig(Object.fromEntries(settings))).not.toThrow();
  }
});

test('web does not start without a password for its board', () => {
  expect(compose.services.web?.environment?.BOARD_PASSWORD).toMatch(/^\$\{BOARD_PASSWORD:\?.+\}$/);
});

test('only the board is published, and only to this machine', () => {
  const published = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
  expect(published).toEqual(['127.0.0.1:6111:6111']);
});

test('every service but web can be scaled', () => {
  for (const [name, { container_name: fixed, ports }] of ours) {
    expect(fixed).toBeUndefined();
    if (name !== 'web') expect(ports).toBeUndefined();
  }
});

test('every service that stays has a health check, and ours wait for Redis and for the tables', () => {
  for (const [name, { healthcheck }] of Object.entries(compose.services)) {
    if (name !== 'migrate') expect(healthcheck?.test?.length).toBeGreaterThan(0);
  }
  const needs = { redis: { condition: 'service_healthy' }, migrate: { condition: 'service_completed_successfully' } };
  for (const [, service] of ours) expect(service.depends_on).toEqual(needs);
  const { migrate } = compose.services;
  expect(migrate).toMatchObject({ restart: 'no', healthcheck: { disable: true } });
  expect(migrate?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
});

test('the health check, the entry point and the commands exist', async () => {
  const { commands } = await createProgram([]);
  const names = commands.map((command) => command.name());
  const check = ['node', 'dist/src/main.js', 'healthcheck'];
  for (const [, { healthcheck }] of ours) expect(healthcheck?.test).toEqual(['CMD', ...check]);
  expect(instruction('HEALTHCHECK')).toContain(`CMD ${JSON.stringify(check).replaceAll(',', ', ')}`);
  expect(instruction('ENTRYPOINT')).toBe('["node", "dist/src/main.js"]');
  expect(names).toEqual(expect.arrayContaining(['run', 'healthcheck', ...(compose.services.migrate?.command ?? [])]));
});

test('Redis drops no key and keeps what it holds on disk', () => {
  const command = compose.services.redis?.command.join(' ');
  expect(command).toContain('--maxmemory-policy noeviction');
  expect(command).toContain('--appendonly yes');
});

test('every network and volume that is used is declared', () => {
  for (const { networks = [], volumes = [] } of Object.values(compose.services)) {
    for (const network of networks) expect(compose.networks).toHaveProperty(network);
    const named = volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => !source.startsWith('./'));
    for (const volume of named) expect(compose.volumes).toHaveProperty(volume);
  }
});

test('what is mounted from here exists, and is only read', async () => {
  const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
    volumes.filter((one) => one[0] === '.'),
  );
  expect(mounted.length).toBe(3);
  for (const [file = '', , mode] of mounted.map((volume) => volume.split(':'))) {
    expect([file, mode, await readable(path.join(root, file))]).toEqual([file, 'ro', true]);
  }
});

test('the image does not run as root, and takes only files that exist', async () => {
  expect(instruction('USER')).toBe('node');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]?.split(' ') ?? []);
  for (const file of copied) await expect(readable(path.join(root, file))).resolves.toBe(true);
});

/** The last one of its kind: that of the last stage. */
function instruction(name: string): string | undefined {
  return [...dockerfile.matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].at(-1)?.[1];
}

/** As docker compose does it with nothing set but what must be. */
function interpolate(value: string): string {
  return value.replace(/\$\{[A-Z_]+(?::-([^}]*)|:\?[^}]*)?\}/g, (_, fallback?: string) => fallback ?? 'given');
}

function readable(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
