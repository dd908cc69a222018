import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { spawnTallylight } from '../support/processes.ts';

const PORT = /"url":"(http:\/\/127\.0\.0\.1:\d+)"/;

test('it says loudly that nothing is real, gives the environment to paste, and tells what happens until it is stopped', async () => {
  const simulate = spawnTallylight(['simulate', '--port', '0', '--streamers', '2', '--pace', '10000x']);
  await simulate.waitFor(/THIS IS A SIMULATOR/);
  const [, url] = await simulate.waitFor(/^export TWITCH_API_URL=(http:\/\/127\.0\.0\.1:\d+)\/twitch\/helix$/m);
  await simulate.waitFor(/^export OFFLINE_GRACE_TWITCH=\d+ms$/m);
  expect((await fetch(`${url}/_sim/history`)).status).toBe(200);
  await simulate.waitFor(/^\d\d:\d\d:\d\d {2}live +twitch\/\d+ .*“.+”$/m);
  await simulate.waitFor(/^\d\d:\d\d:\d\d {2}ended +twitch\/\d+/m);
  expect(await simulate.end('SIGINT')).toBe(0);
});

test('for machines every line is JSON, and only the platforms that are asked for take part', async () => {
  const simulate = spawnTallylight(['simulate', '--port=0', '--platforms=youtube,twitter', '--pace=10000x', '--json']);
  await simulate.waitFor(/"kind":"online"/);
  await simulate.end();
  const lines = simulate
    .stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const [first, ...events] = lines;
  expect(first).toMatchObject({ simulator: true, env: { YOUTUBE_API_KEY: expect.any(String) } });
  expect(first?.streamers).toHaveLength(6);
  for (const event of events) expect(['youtube', 'twitter']).toContain(event.platform);
});

test('the same seed gives the same streamers', async () => {
  const streamers = async (seed: string): Promise<string> => {
    const simulate = spawnTallylight(['simulate', '--port=0', '--pace=real', '--json', `--seed=${seed}`]);
    await simulate.waitFor(PORT);
    await simulate.end();
    return JSON.stringify(
      JSON.parse(simulate.stdout().split('\n')[0] ?? '').streamers.map((one: { identifier: string }) => one.identifier),
    );
  };
  expect(await streamers('a')).toBe(await streamers('a'));
  expect(await streamers('a')).not.toBe(await streamers('b'));
});

test('a port in use is a sentence with what to do, and exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const simulate = spawnTallylight(['simulate', '--port', String(port)]);
  expect(await simulate.exited).toBe(1);
  other.close();
  expect(simulate.stderr()).toContain(`port ${port} on 127.0.0.1 is in use; choose another with --port, or 0 for any`);
  expect(simulate.stderr()).not.toContain('    at ');
});

test.each([
  ['--port', '70000', 'expected a whole number from 0 to 65535'],
  ['--streamers', 'many', 'expected a whole number from 0 to 100000'],
  ['--pace', 'fast', 'expected demo, real, or how many times quicker than real, such as 60x'],
  ['--platforms', 'twitch,vimeo', 'expected some of youtube, twitch, twitter, twitcasting, separated by commas'],
])('a wrong %s is a sentence and exit code 2', async (option, value, words) => {
  const simulate = spawnTallylight(['simulate', option, value]);
  expect(await simulate.exited).toBe(2);
  expect(simulate.stderr()).toContain(words);
});
