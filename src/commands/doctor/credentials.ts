import type { StreamName } from '../../shared/domain/follow.ts';
import { PLATFORMS, type PerPlatform, type Platform } from '../../shared/domain/platform.ts';
import { PlatformError, type PlatformFault } from '../../shared/platforms/errors.ts';
import type { BudgetedAdapter } from '../../shared/platforms/parts.ts';
import { createAdapters } from '../../shared/platforms/registry.ts';
import type { PlatformStanding } from '../../shared/queues/standing.ts';
import { counted, fault, type Judged, ok, type Patient, warning } from './finding.ts';

/** Somebody to ask for. It does not matter whether there is such a one: who may not ask is told so first. */
const NAMES: PerPlatform<StreamName> = {
  youtube: { platform: 'youtube', kind: 'handle', name: 'youtube' }, // one unit
  twitch: { platform: 'twitch', kind: 'login', name: 'twitch' },
  // Each user that X shows costs money; one that is not there costs none.
  twitter: { platform: 'twitter', kind: 'screen_name', name: 'tallylight_none' },
  twitcasting: { platform: 'twitcasting', kind: 'user', name: 'twitcasting_jp' },
};
const TIMEOUT_MS = 15_000;

/** What a platform said to one real request; `null`: it answered. */
export type Answer = { readonly fault: PlatformFault; readonly message: string } | null;

/** Asks each platform that has credentials once. One that rests is not asked: it has said already what is wrong. */
export async function checkCredentials({ context, standing }: Patient): Promise<readonly Judged[]> {
  const { adapters } = createAdapters(context.config, context);
  const judged = await Promise.all(
    PLATFORMS.map(async (platform) => {
      const adapter = adapters.get(platform);
      const stands = standing.platforms[platform];
      if (adapter === undefined) return judgeUnset(platform, stands);
      return judgeAnswer(platform, stands, stands.resting ? null : await ask(adapter));
    }),
  );
  return judged;
}

async function ask(adapter: BudgetedAdapter): Promise<Answer> {
  try {
    await adapter.resolve([NAMES[adapter.platform]], AbortSignal.timeout(TIMEOUT_MS));
    return null;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { fault: error.fault, message: error.message };
  }
}

export function judgeUnset(platform: Platform, { keys }: Pick<PlatformStanding, 'keys'>): Judged {
  if (keys === 0) return ok(`${platform} is not polled: no credentials are set here`);
  return warning(
    `${platform} has ${counted(keys, 'key')} that somebody follows, and no credentials are set here`,
    'set them wherever role poll runs ("tallylight config" names them), or ignore this if they are set there',
  );
}

export function judgeAnswer(
  platform: Platform,
  { resting }: Pick<PlatformStanding, 'resting'>,
  answer: Answer,
): Judged {
  if (resting) {
    const what = `${platform} was not asked, because it rests: ${resting.reason}`;
    return refused(resting.reason)
      ? fault(what, REMEDIES.unauthorized)
      : warning(what, 'nothing: it is asked again by itself');
  }
  if (answer === null) return ok(`${platform} answered with the credentials that are set`);
  const what = `${platform} did not answer as it should: ${answer.message}`;
  return answer.fault === 'unauthorized' ? fault(what, REMEDIES.unauthorized) : warning(what, REMEDIES[answer.fault]);
}

/** A rest keeps only the sentence: `twitch answered streams with 401 (refused)`. */
const refused = (reason: string): boolean =>
  /with 401 |\((refused|invalid|key(invalid|expired)|api_key_invalid|accessnotconfigured)/i.test(reason);

const REMEDIES: Record<PlatformFault, string> = {
  unauthorized: 'correct its credentials and start role poll again',
  'rate-limited': 'nothing: it is asked again when its limit allows it',
  'budget-spent': 'nothing until the budget refills; ask the platform for more if that happens often',
  unavailable: 'try again later; if it stays, look at the way out of this machine',
};
