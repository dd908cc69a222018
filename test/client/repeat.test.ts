import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { compare, judgeRepeat, readEntry, type Snapshot } from '../../src/client/catch-up.ts';
import { filePositionStore } from '../../src/client/file-position-store.ts';
import type { Position } from '../../src/client/position.ts';
import type { StatusEvent } from '../../src/shared/contracts/status-events.ts';
import { stream } from './published.ts';

/** `e1/5 online a b`: the event of that place. */
function event(text: string, repeat = true): StatusEvent {
  const [place = '', direction, ...ids] = text.split(' ');
  const [Epoch = '', Sequence = ''] = place.split('/');
  return {
    Streams: ids.map((id) => stream(id)),
    IsOnline: direction === 'online',
    Platform: 'twitch',
    Timestamp: '2026-09-26T10:00:00Z',
    Metadata: { EventId: '01998596-4b78-7000-8a3c-5d1e0f2b4c6a', Sequence, Epoch, SchemaVersion: 1, Repeat: repeat },
  };
}

function snapshot(place: string, ...ids: string[]): Snapshot {
  const [epoch = '', sequence = ''] = place.split('/');
  return { epoch, sequence, live: Object.fromEntries(ids.map((id) => [`twitch/${id}`, stream(id)])) };
}

/** A shard without any connection: what it is told, and where it stands. */
function createShard() {
  let position: Position | null = null;
  const told: string[] = [];
  const move = (steps: readonly { change: unknown; next: Position }[]): void => {
    for (const { change, next } of steps) {
      const { direction, streams } = (change ?? {}) as { direction?: string; streams?: { VideoId: string }[] };
      if (direction) told.push(`${direction} ${streams?.map(({ VideoId }) => VideoId).join('+')}`);
      position = JSON.parse(JSON.stringify(next)) as Position;
    }
  };
  return {
    told,
    position: () => position,
    jump: (to: Snapshot) => move(compare(position, to, false)),
    read(text: string) {
      const read = event(text, false);
      const step = position && readEntry(position, { sequence: read.Metadata.Sequence, event: read });
      expect(step).not.toBeNull();
      move(step ? [step] : []);
    },
    /** @returns whether it was news */
    repeat(text: string): boolean {
      const step = position && judgeRepeat(position, event(text));
      move(step ? [step] : []);
      return step !== null;
    },
  };
}

test('what was read event by event is never told again, however long ago it ended', () => {
  const shard = createShard();
  shard.jump(snapshot('e1/0'));
  for (let i = 0; i < 3_000; i += 2) {
    shard.read(`e1/${i + 1} online b${i}`);
    shard.read(`e1/${i + 2} offline b${i}`);
  }
  const before = shard.told.length;
  for (let i = 0; i < 3_000; i += 2) {
    expect([shard.repeat(`e1/${i + 1} online b${i}`), shard.repeat(`e1/${i + 2} offline b${i}`)]).toEqual([
      false,
      false,
    ]);
  }
  expect(shard.told).toHaveLength(before);
});

test('what went on and off within a gap is told, once, and the place stays', () => {
  const shard = createShard();
  shard.jump(snapshot('e1/0'));
  shard.read('e1/1 online a');
  shard.jump(snapshot('e1/9', 'a'));
  shard.read('e1/10 online z');
  for (let again = 0; again < 2; again += 1) {
    shard.repeat('e1/1 online a');
    shard.repeat('e1/4 online b');
    shard.repeat('e1/5 offline b');
    shard.repeat('e1/10 online z');
  }
  expect(shard.told).toEqual(['online a', 'online z', 'online b', 'offline b']);
  expect(shard.position()).toMatchObject({ epoch: 'e1', sequence: '10' });
  shard.read('e1/11 offline a');
  expect(shard.told.at(-1)).toBe('offline a');
});

test('what comparing told instead is not told once more by its event', () => {
  const shard = createShard();
  shard.jump(snapshot('e1/0'));
  shard.read('e1/1 online a');
  shard.jump(snapshot('e1/4', 'b'));
  shard.jump(snapshot('e1/9'));
  expect(shard.told).toEqual(['online a', 'offline a', 'online b', 'offline b']);
  for (const one of ['e1/2 offline a', 'e1/3 online b', 'e1/8 offline b']) expect(shard.repeat(one), one).toBe(false);
  expect(shard.repeat('e1/5 online b c')).toBe(true);
  expect(shard.told.at(-1)).toBe('online c');
});

test('an epoch that was missed is told, and one that was read is not', () => {
  const shard = createShard();
  shard.jump(snapshot('e1/0'));
  shard.read('e1/1 online a');
  shard.read('e1/2 offline a');
  shard.jump(snapshot('e3/7'));
  expect(shard.repeat('e1/1 online a')).toBe(false);
  expect(shard.repeat('e2/1 online b')).toBe(true);
  expect(shard.repeat('e2/2 offline b')).toBe(true);
  expect(shard.repeat('e2/1 online b')).toBe(false);
  expect(shard.repeat('e1/3 online c')).toBe(true);
  expect(shard.repeat('e3/8 online d')).toBe(false); // the log will tell it
  expect(shard.position()).toMatchObject({ epoch: 'e3', sequence: '7' });
});

test('a position of the last version knows of no gap, and tells nothing twice', () => {
  const position: Position = { epoch: 'e1', sequence: '9', live: {}, ended: [] };
  expect(judgeRepeat(position, event('e1/4 online b'))).toBeNull();
  expect(judgeRepeat(position, event('e0/4 online b'))).toBeNull();
});

test('the file keeps what lies behind a position, through appended lines and a rewrite', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tallylight-past-'));
  const file = path.join(directory, 'position.journal');
  const shard = createShard();
  shard.jump(snapshot('e1/3', 'a'));
  for (const act of [
    () => shard.jump(snapshot('e1/9', 'b')),
    () => shard.read('e1/10 online z'),
    () => shard.repeat('e1/5 online c'),
  ]) {
    const [before, store] = [shard.position(), filePositionStore(file)];
    await store.load();
    if (before) await store.save(before);
    act();
    const after = shard.position();
    if (after) await store.save(after);
    await store.close?.();
    const opened = filePositionStore(file);
    expect(await opened.load()).toEqual(after);
    await opened.close?.();
  }
  await rm(directory, { recursive: true });
});
