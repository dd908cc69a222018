import { PLATFORMS, type PerPlatform, type Platform } from '../../shared/domain/platform.ts';
import { spanText } from '../../shared/queues/span-text.ts';
import type { PlatformStanding } from '../../shared/queues/standing.ts';
import { counted, fault, type Judged, orFine, type Patient, warning } from './finding.ts';

/** Later than this many intervals is not "a little late" any more. */
const STALLED_INTERVALS = 3;

type Stands = Pick<
  PlatformStanding,
  'resting' | 'sickSince' | 'overdue' | 'mostOverdueMs' | 'quarantined' | 'budgets' | 'forecasts'
>;

export function checkPolling({ context, standing }: Patient): readonly Judged[] {
  return judgePolling(standing.platforms, context.config.pollIntervalMs);
}

export function judgePolling(platforms: PerPlatform<Stands>, intervalMs: PerPlatform<number>): readonly Judged[] {
  const wrong = PLATFORMS.flatMap((platform) => ofPlatform(platform, platforms[platform], intervalMs[platform]));
  return orFine(wrong, 'every key is looked at in time');
}

function ofPlatform(platform: Platform, stands: Stands, intervalMs: number): Judged[] {
  const { resting, sickSince, quarantined } = stands;
  return [
    // While it rests nobody may look at them; why it rests is the credentials' matter.
    ...(resting ? [] : late(platform, stands, intervalMs)),
    ...(sickSince
      ? [warning(`${platform}: nearly all that was live vanished at once, so no end is believed`, 'nothing: wait')]
      : []),
    ...short(platform, stands),
    ...(quarantined > 0
      ? [
          warning(
            `${platform}: ${counted(quarantined, 'key')} quarantined: their platform says that there is no such channel`,
            'see which: tallylight list; release one that is back with: tallylight release KEY',
          ),
        ]
      : []),
  ];
}

function late(platform: Platform, { overdue, mostOverdueMs }: Stands, intervalMs: number): Judged[] {
  if (overdue === 0) return [];
  const what = `${platform}: ${counted(overdue, 'key')} overdue, by up to ${spanText(mostOverdueMs)}`;
  if (mostOverdueMs < STALLED_INTERVALS * intervalMs) return [warning(what, 'start one more process with role poll')];
  return [fault(what, 'see whether role poll runs and what its log says; if it is merely too slow, start one more')];
}

function short(platform: Platform, { budgets, forecasts }: Stands): Judged[] {
  return budgets.flatMap(({ name, limit }) => {
    const forecast = forecasts[name] ?? 0;
    if (forecast <= limit) return [];
    const what = `${platform} would need ${forecast} of its ${limit} ${name}, so it is looked at less often`;
    return [warning(what, 'ask the platform for more, or follow fewer keys')];
  });
}
