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

export function judgePush({ publicUrl, receivedSince, platforms }: PushStands): readonly Judged[] {
  const asked = platforms.some(({ subscriptions }) => subscriptions.active + subscriptions.pending > 0);
  if (publicUrl === null && !asked) return [ok('nothing is pushed: PUBLIC_URL is not set, polls find everything')];
  const found: Judged[] = [];
  if (publicUrl === null) {
    const todo = 'set PUBLIC_URL here too: reconcile and this command should see what the other processes see';
    found.push(warning('platforms were asked to push, and PUBLIC_URL is not set here', todo));
  }
  if (receivedSince === null) {
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
