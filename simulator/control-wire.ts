import { z } from 'zod';
import { PLATFORMS } from '../src/shared/domain/platform.ts';
import { call, type ControlRoute, nothing } from './control.ts';
import { faultSchema, type Faults } from './faults.ts';
import { type Limits, type SomeLimits, someLimitsSchema } from './limits.ts';
import { type Quirks, quirksSchema } from './quirks.ts';
import type { TwitchEventSub } from './platforms/twitch-eventsub.ts';
import type { YoutubeHub } from './platforms/youtube-hub.ts';
import type { Courier } from './push/courier.ts';
import type { Requests } from './requests.ts';
import type { WorldView } from './world.ts';

export interface WireControlParts {
  readonly world: WorldView;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly deliveries: Courier['deliveries'];
  limits(): Limits;
  setLimits(limits: SomeLimits): void;
  quirks(): Quirks;
  setQuirks(quirks: Partial<Quirks>): void;
  readonly youtubeSubscriptions: YoutubeHub['subscriptions'];
  revokeTwitchTokens(token?: string): void;
  readonly eventsub: Pick<TwitchEventSub, 'subscriptions' | 'revoke' | 'forget'>;
  setTwitcastingCallback(url: string | null): void;
  recheckTwitterWebhooks(): Promise<void>;
  freeze(): void;
  env(): Record<string, string>;
}

const onPlatform = z.strictObject({ platform: z.enum(PLATFORMS).optional() });

/** Calls about the wire: what goes wrong on it, what it allows, what was asked, and what was true meanwhile. */
export function wireControl(parts: WireControlParts): ControlRoute[] {
  return [...truthCalls(parts), ...requestCalls(parts), ...faultCalls(parts.faults), ...settingCalls(parts)];
}

function truthCalls({ world, env, freeze }: WireControlParts): ControlRoute[] {
  return [
    call({
      method: 'GET',
      path: '/_sim/history',
      meaning: 'every broadcast as it truly was; ?platform= for one platform',
      input: onPlatform,
      run: ({ platform }) => ({
        broadcasts: world.history().filter((broadcast) => !platform || broadcast.platform === platform),
        forgotten: world.forgotten(),
      }),
    }),
    call({ method: 'GET', path: '/_sim/env', meaning: 'the environment that points here', input: nothing, run: env }),
    call({
      method: 'POST',
      path: '/_sim/freeze',
      meaning: 'the random world stands still',
      input: nothing,
      run: freeze,
    }),
  ];
}

function requestCalls({ requests, deliveries }: WireControlParts): ControlRoute[] {
  return [
    call({
      method: 'GET',
      path: '/_sim/pushes',
      meaning: 'what was pushed to callbacks, and whether it arrived; ?platform= for one platform',
      input: onPlatform,
      run: ({ platform }) => deliveries(platform),
    }),
    call({
      method: 'GET',
      path: '/_sim/requests',
      meaning: 'how often each endpoint was asked, and for how many ids',
      input: nothing,
      run: () => requests.counts(),
    }),
    call({
      method: 'GET',
      path: '/_sim/requests/recent',
      meaning: 'the last requests one by one; ?platform= and ?endpoint= narrow it',
      input: onPlatform.extend({ endpoint: z.string().optional() }),
      run: ({ platform, endpoint }) => requests.recent(platform, endpoint),
    }),
    call({
      method: 'DELETE',
      path: '/_sim/requests',
      meaning: 'counts from zero again',
      input: nothing,
      run: () => requests.reset(),
    }),
  ];
}

function faultCalls(faults: Faults): ControlRoute[] {
  return [
    call({
      method: 'GET',
      path: '/_sim/faults',
      meaning: 'what is switched on',
      input: nothing,
      run: () => faults.list(),
    }),
    call({
      method: 'POST',
      path: '/_sim/faults',
      meaning: 'switches one on: kind, platform; endpoint, times, rate, retryAfterSeconds, delayMs, bytes if wished',
      input: faultSchema,
      run: (fault) => faults.add(fault),
    }),
    call({
      method: 'DELETE',
      path: '/_sim/faults/:id',
      meaning: 'switches one off',
      input: nothing,
      run: (_, [id = '']) => ({ removed: faults.remove(id) }),
    }),
    call({
      method: 'DELETE',
      path: '/_sim/faults',
      meaning: 'switches all off; ?platform= for one platform',
      input: onPlatform,
      run: ({ platform }) => faults.clear(platform),
    }),
  ];
}

function settingCalls(parts: WireControlParts): ControlRoute[] {
  return [
    call({ method: 'GET', path: '/_sim/limits', meaning: 'rate limits', input: nothing, run: () => parts.limits() }),
    call({
      method: 'PATCH',
      path: '/_sim/limits',
      meaning: 'changes some, such as {"twitcasting":{"perWindow":600}}',
      input: someLimitsSchema,
      run(limits) {
        parts.setLimits(limits);
        return parts.limits();
      },
    }),
    call({ method: 'GET', path: '/_sim/quirks', meaning: 'odd behaviour', input: nothing, run: () => parts.quirks() }),
    call({
      method: 'PATCH',
      path: '/_sim/quirks',
      meaning: 'changes some, such as {"twitchAppearAfterMs":30000}',
      input: quirksSchema.partial(),
      run(quirks) {
        parts.setQuirks(Object.fromEntries(Object.entries(quirks).filter(([, value]) => value !== undefined)));
        return parts.quirks();
      },
    }),
    call({
      method: 'GET',
      path: '/_sim/youtube/subscriptions',
      meaning: 'who the YouTube hub tells of which channel, until when',
      input: nothing,
      run: () => parts.youtubeSubscriptions(),
    }),
    call({
      method: 'GET',
      path: '/_sim/twitch/eventsub',
      meaning: 'every EventSub subscription',
      input: nothing,
      run: () => parts.eventsub.subscriptions().map(({ secret: _, ...shown }) => shown),
    }),
    call({
      method: 'POST',
      path: '/_sim/twitch/eventsub/revoke',
      meaning: 'Twitch takes the subscriptions of a channel away, or all, and says so; silently: without a word',
      input: z.strictObject({ identifier: z.string().optional(), silently: z.boolean().optional() }),
      run: ({ identifier, silently }) =>
        silently === true ? parts.eventsub.forget(identifier) : parts.eventsub.revoke({ identifier }),
    }),
    call({
      method: 'POST',
      path: '/_sim/twitch/revoke',
      meaning: 'Twitch forgets its tokens, or the one that is given',
      input: z.strictObject({ token: z.string().optional() }),
      run: ({ token }) => parts.revokeTwitchTokens(token),
    }),
    call({
      method: 'PATCH',
      path: '/_sim/twitcasting/callback',
      meaning: 'where TwitCasting pushes to, as entered at its developer page: url, or null for nowhere',
      input: z.strictObject({ url: z.url().nullable() }),
      run: ({ url }) => parts.setTwitcastingCallback(url),
    }),
    call({
      method: 'POST',
      path: '/_sim/twitter/recheck',
      meaning: 'X checks the addresses it pushes to, as it does every hour',
      input: nothing,
      run: () => parts.recheckTwitterWebhooks(),
    }),
  ];
}
