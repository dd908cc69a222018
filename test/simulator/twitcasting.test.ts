import { expect, test } from 'vitest';
import { ask, manualClock, openSimulator, settingOf, twitcasting } from './opened.ts';

test('a user tells whether he is live, by screen id and by numeric id; the movie tells the rest', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock });
  simulator.world.addStreamer({
    platform: 'twitcasting',
    identifier: 'twitcasting_jp',
    userId: '182224938',
    name: '公式',
  });
  const user = { id: '182224938', screen_id: 'twitcasting_jp', name: '公式' };
  expect(await twitcasting(simulator, 'users/twitcasting_jp')).toMatchObject({
    status: 200,
    json: { user: { ...user, is_live: false, last_movie_id: null }, supporter_count: 0, supporting_count: 0 },
  });
  simulator.world.goLive('twitcasting', 'twitcasting_jp', { id: '4189037369', title: 'ライブ' });
  clock.advance(90_000);
  const live = { ...user, is_live: true, last_movie_id: '4189037369' };
  expect((await twitcasting(simulator, 'users/182224938')).json).toMatchObject({ user: live });
  const created = Date.parse('2026-09-26T10:00:00Z') / 1_000;
  const movie = { id: '4189037369', user_id: '182224938', title: 'ライブ', is_live: true, created, duration: 90 };
  const answer = {
    movie: { ...movie, subtitle: null, is_protected: false },
    broadcaster: live,
    tags: expect.any(Array),
  };
  expect((await twitcasting(simulator, 'users/twitcasting_jp/current_live')).json).toMatchObject(answer);
  expect((await twitcasting(simulator, 'movies/4189037369')).json).toMatchObject(answer);
  simulator.world.end('twitcasting', '4189037369');
  expect((await twitcasting(simulator, 'movies/4189037369')).json).toMatchObject({
    movie: { is_live: false, hls_url: null, duration: 90 },
    broadcaster: { is_live: false, last_movie_id: '4189037369' },
  });
});

test('a colon in a screen id works, raw and encoded; a password makes the movie protected', async () => {
  const simulator = await openSimulator();
  simulator.world.addStreamer({ platform: 'twitcasting', identifier: 'c:amam_frfr_' });
  simulator.world.goLive('twitcasting', 'c:amam_frfr_', { membersOnly: true });
  for (const id of ['c:amam_frfr_', 'c%3Aamam_frfr_']) {
    expect((await twitcasting(simulator, `users/${id}`)).json).toMatchObject({ user: { screen_id: 'c:amam_frfr_' } });
  }
  expect((await twitcasting(simulator, 'users/c:amam_frfr_/current_live')).json).toMatchObject({
    movie: { is_protected: true },
  });
});

test('404 is JSON and means several things: nobody, deleted, not live, no such movie', async () => {
  const simulator = await openSimulator();
  simulator.world.addStreamer({ platform: 'twitcasting', identifier: 'offline' });
  simulator.world.addStreamer({ platform: 'twitcasting', identifier: 'deleted' });
  simulator.world.setExists('twitcasting', 'deleted', false);
  const { id } = simulator.world.goLive('twitcasting', 'offline');
  simulator.world.remove('twitcasting', id);
  for (const path of ['users/nobody', 'users/deleted', 'users/offline/current_live', `movies/${id}`]) {
    const reply = await twitcasting(simulator, path);
    expect(reply, path).toMatchObject({ status: 404, json: { error: { code: 404, message: 'Not Found' } } });
    expect(reply.headers.get('content-type')).toBe('application/json;charset=utf-8');
    expect(reply.headers.get('x-ratelimit-limit')).toBe('60');
  }
});

test('the limit of a window is a 403 with code 2000, counted for each endpoint, errors included', async () => {
  const clock = manualClock();
  const simulator = await openSimulator({ clock, limits: { twitcasting: { perWindow: 2 } } });
  const left: (string | null)[] = [];
  for (let n = 0; n < 2; n += 1) {
    left.push((await twitcasting(simulator, 'users/nobody')).headers.get('x-ratelimit-remaining'));
  }
  expect(left).toEqual(['1', '0']);
  const refused = await twitcasting(simulator, 'users/nobody');
  expect(refused).toMatchObject({
    status: 403,
    json: { error: { code: 2000, message: 'Execution count limitation' } },
  });
  expect(refused.headers.get('x-ratelimit-reset')).toBe(String(clock.now().getTime() / 1_000 + 60));
  expect((await twitcasting(simulator, 'movies/1')).status).toBe(404);
  clock.advance(60_000);
  expect((await twitcasting(simulator, 'users/nobody')).status).toBe(404);
});

test('wrong credentials are a 401 with code 1000 and nothing left', async () => {
  const simulator = await openSimulator();
  const reply = await ask(`${settingOf(simulator, 'TWITCASTING_API_URL')}/users/a`, {
    headers: { authorization: `Basic ${Buffer.from('some:body').toString('base64')}` },
  });
  expect(reply).toMatchObject({ status: 401, json: { error: { code: 1000, message: 'Invalid token' } } });
  expect(reply.headers.get('x-ratelimit-remaining')).toBe('0');
});
