import { PLATFORMS, type Platform } from '../../shared/domain/platform.ts';
import { pushIngressSince } from '../../shared/queues/push-ingress.ts';
import type { PlatformStanding } from '../../shared/queues/standing.ts';
import { counted, fault, type Judged, ok, type Patient, warning } from './finding.ts';

export interface PushStands {
  readonly publicUrl: string | null;
  /** Since when some process can receive pushes; null: none can. */
  readonly receivedSince: Date | null;
  readonly platforms: readonly {
    readonly platform: Platform;
    readonly subscriptions: PlatformStanding['pushSubscriptions'];
    /** Changes of the last hour that the platform should have told of. */
    readonly missed: number;
    /** What the platform said to the newest subscription that failed. */
    readonly error: string | null;
  }[];
}

export async function checkPush({ context, standing }: Patient): Promise<readonly Judged[]> {
  const { database, redis, config } = context;
  const errors = await database.$queryRaw<{ platform: string; error: string | null }[]>`
    SELECT DISTINCT ON (platform) platform, error FROM push_subscription
    WHERE state = 'failed' ORDER BY platform, next_try_at DESC`;
  return judgePush({
    publicUrl: config.PUBLIC_URL,
    receivedSince: await pushIngressSince(redis),
    platforms: PLATFORMS.map((platform) => ({
      platform,
      subscriptions: standing.platforms[platform].pushSubscriptions,
      missed: standing.platforms[platform].lastHour.missedByPush,
      error: errors.find((row) => row.platform === platform)?.error ?? null,
    })),
  });
}

/** Without an address to be pushed to, nothing is asked of a platform, no end either. What becomes of what was asked for before. */
const LEFT_ALONE: Readonly<Record<Platform, string>> = {
  youtube: 'the hub ends them by itself within ten days',
  twitch: 'Twitch ends them by itself when its deliveries have failed for a while',
  twitter: 'each event goes on costing money until the webhook is deleted at X (its developer page)',
  twitcasting: 'empty the WebHook URL at the developer page of TwitCasting',
};

export function judgePush({ publicUrl, receivedSince, platforms }: PushStands): readonly Judged[] {
  const asked = platforms.filter(({ subscriptions }) => subscriptions.active + subscriptions.pending > 0);
  if (publicUrl === null && asked.length === 0)
    return [ok('nothing is pushed: PUBLIC_URL is not set, polls find everything')];
  const found: Judged[] = publicUrl === null ? asked.map(leftBehind) : [];
  if (publicUrl !== null && receivedSince === null) {
    found.push(
      fault(
        'no process receives what platforms push',
        'start role web with PUBLIC_URL; until then polls find everything',
      ),
    );
  }
  found.push(...platforms.flatMap(ofPlatform));
  const active = platforms.reduce((sum, { subscriptions }) => sum + subscriptions.active, 0);
  return found.length > 0 ? found : [ok(`pushes are received, ${counted(active, 'subscription')} active`)];
}

function leftBehind({ platform, subscriptions: { active, pending } }: PushStands['platforms'][number]): Judged {
  return warning(
    `${platform}: ${counted(active + pending, 'push subscription')} at the platform, and PUBLIC_URL is not set here`,
    `set it here as in the other processes; where it was taken away for good: ${LEFT_ALONE[platform]}`,
  );
}

function ofPlatform({ platform, subscriptions, missed, error }: PushStands['platforms'][number]): Judged[] {
  const said = error === null ? '' : `; last it said: ${error}`;
  return [
    ...(subscriptions.failed === 0
      ? []
      : [
          warning(
            `${platform}: ${counted(subscriptions.failed, 'push subscription')} failing${said}`,
            'see whether PUBLIC_URL reaches role web from outside, by HTTPS with a valid certificate; they are tried again',
          ),
        ]),
    ...(missed === 0
      ? []
      : [
          warning(
            `${platform}: ${counted(missed, 'change')} of the last hour came by a poll and should have been pushed`,
            'look for refused deliveries in the log of role web, and for a proxy in front of it that answers 4xx or 5xx',
          ),
        ]),
  ];
}
