import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filePositionStore } from '../../src/client/file-position-store.ts';
import { openFollowFallback } from '../../src/client/follow-fallback.ts';
import { openJournal } from '../../src/client/journal.ts';
import type { Position } from '../../src/client/position.ts';
import { stream } from './published.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tallylight-journal-'));
  file = path.join(directory, 'below', 'a.journal');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a journal', () => {
  it('has every line that was appended, but not the one its writer died on', async () => {
    const { journal } = await openJournal(file);
    await journal.append(['one', 'zwei 歌'], { sync: true });
    await journal.close();
    await appendFile(file, 'thr');
    const again = await openJournal(file);
    expect(again.lines).toEqual(['one', 'zwei 歌']);
    await again.journal.append(['three'], { sync: false });
    await again.journal.close();
    expect(await readFile(file, 'utf8')).toBe('one\nzwei 歌\nthree\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes on in the file that replaced it', async () => {
    const { journal } = await openJournal(file);
    await journal.append(['one', 'two'], { sync: false });
    await journal.rewrite(['two']);
    await journal.append(['three'], { sync: false });
    expect(journal.size()).toBe(10);
    await journal.close();
    const again = await openJournal(file);
    expect(again.lines).toEqual(['two', 'three']);
    await again.journal.close();
  });
});

describe('kept follows', () => {
  const said = (message: string) => ({ channel: 'stream.follow', message });
  const open = (problems: string[] = [], maxBytes = 10_000) =>
    openFollowFallback({ file, maxBytes, onProblem: ({ message }) => problems.push(message) });

  it('come back in order, without those that were sent', async () => {
    const kept = await open();
    await kept.add(['1', '2', '3', '4'].map(said));
    await kept.drop(2);
    await kept.add([said('5')]);
    await kept.close();
    const again = await open();
    expect(again.oldest(10)).toEqual(['3', '4', '5'].map(said));
    await again.close();
  });

  it('survive a damaged line in their midst', async () => {
    const kept = await open();
    await kept.add([said('1')]);
    await kept.close();
    await appendFile(file, '\u0000\u0000\n{"channel":"stream.follow","message":"2"}\n{"chan');
    const problems: string[] = [];
    const again = await open(problems);
    expect(again.oldest(10)).toEqual(['1', '2'].map(said));
    expect(problems).toHaveLength(1);
    await again.close();
  });

  it('do not let the file grow beyond twice their room, however many pass through', async () => {
    const kept = await open([], 1_000);
    await kept.add([said('stays')]);
    for (let i = 0; i < 200; i += 1) {
      await kept.add([said(`x${i}`)]);
      await kept.drop(1);
    }
    expect(kept.oldest(10)).toEqual([said('x199')]);
    expect((await stat(file)).size).toBeLessThan(2_200);
    await kept.close();
  });
});

describe('a position in a file', () => {
  const at = (sequence: number, live: string[], ended: string[] = []): Position => ({
    ...{ epoch: 'e', sequence: String(sequence), ended },
    live: Object.fromEntries(live.map((id) => [`twitch/${id}`, stream(id)])),
  });

  it('comes back as it was saved last, over many saves', async () => {
    const store = filePositionStore(file);
    expect(await store.load()).toBeNull();
    const last = at(1_200, ['1199', '1200'], ['twitch/1197', 'twitch/1198']);
    for (let i = 1; i <= 1_200; i += 1) {
      await store.save(at(i, [String(i - 1), String(i)], [`twitch/${i - 3}`, `twitch/${i - 2}`]));
    }
    await store.close?.();
    const again = filePositionStore(file);
    const loaded = await again.load();
    expect(loaded).toMatchObject({ epoch: 'e', sequence: '1200', live: last.live });
    expect(loaded?.ended.slice(-2)).toEqual(last.ended);
    await again.close?.();
    expect((await readFile(file, 'utf8')).split('\n').length).toBeLessThan(502);
  });

  it('is the one before when its writer died in the middle', async () => {
    const store = filePositionStore(file);
    await store.load();
    await store.save(at(1, ['1']));
    await store.save(at(2, ['1', '2']));
    await store.close?.();
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.slice(0, -5));
    const again = filePositionStore(file);
    expect(await again.load()).toEqual(at(1, ['1']));
    await again.close?.();
  });

  it('is not taken for a first start when it is damaged', async () => {
    const store = filePositionStore(file);
    await store.load();
    await store.save(at(1, []));
    await store.close?.();
    await writeFile(file, 'nonsense\n');
    await expect(filePositionStore(file).load()).rejects.toThrow('Remove it to start anew');
  });
});
