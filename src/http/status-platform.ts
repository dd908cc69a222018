import { html } from 'hono/html';
import { type FoundBy, foundInAll } from '../shared/domain/found-by.ts';
import type { Platform } from '../shared/domain/platform.ts';
import { budgetText } from '../shared/queues/budget-text.ts';
import { delayText } from '../shared/queues/delay-text.ts';
import { spanText } from '../shared/queues/span-text.ts';
import type { PlatformStanding } from '../shared/queues/standing.ts';
import type { ChangeCounts } from '../shared/store/change-figures.ts';

/** One platform at a glance. What is nothing of note is left out. */
export function platformCard(platform: Platform, stands: PlatformStanding) {
  return html`<section class="panel"><h3>${platform}</h3>
<div class="big"><div class="${stands.live > 0 ? 'live' : ''}"><b>${stands.live}</b>live</div><div><b>${stands.keys}</b>keys</div>
<div><b>${stands.follows}</b>follows</div></div>
<dl>${factsOf(stands).map(
    ([name, value, bad]) => html`<dt>${name}</dt><dd class="${bad ? 'bad' : ''}">${value}</dd>`,
  )}</dl></section>`;
}

type Fact = readonly [name: string, value: string | number, bad?: boolean];

function factsOf(stands: PlatformStanding): Fact[] {
  const { due, overdue, mostOverdueMs, resting, sickSince, stretch, pushSubscriptions, recordRequests } = stands;
  const optional: (Fact & { 1: number })[] = [
    ['scheduled', stands.scheduled],
    ['pushed', stands.pushed],
    ['pinned', stands.pinned],
    ['quarantined', stands.quarantined, true],
    ['names pending', stands.pendingNames],
    ['changes waiting', stands.waitingChanges],
  ];
  return [
    ['state', stateText(stands), Boolean(resting ?? sickSince)],
    ...optional.filter(([, count]) => count > 0),
    ['due now', overdue > 0 ? `${due}, ${overdue} overdue by up to ${spanText(mostOverdueMs)}` : due, overdue > 0],
    ...(stretch > 1 ? [['intervals', `× ${stretch}`] as const] : []),
    ['budget left', budgetText(stands)],
    ...states('subscriptions', pushSubscriptions, 'failed'),
    ...states('recordings', recordRequests, 'unheard'),
  ];
}

function stateText({ resting, sickSince }: PlatformStanding): string {
  const wrong = [...(resting ? ['resting'] : []), ...(sickSince ? ['sick'] : [])];
  return wrong.join(', ') || 'polled';
}

/** `3 active, 1 failed`; nothing where there are none. */
function states(name: string, counts: Readonly<Record<string, number>>, bad: string): Fact[] {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  if (some.length === 0) return [];
  return [[name, some.map(([state, count]) => `${count} ${state}`).join(', '), (counts[bad] ?? 0) > 0]];
}

/** What happened on a platform lately, as a row. */
export function changesRow(platform: Platform, { lastHour, lastDay, delay }: PlatformStanding) {
  const both = (count: (counts: ChangeCounts) => number): string => `${count(lastHour)} / ${count(lastDay)}`;
  const found = (by: FoundBy): string => both(({ online, offline }) => online[by] + offline[by]);
  return html`<tr><td>${platform}</td><td>${both(({ online }) => foundInAll(online))}</td><td>${both(({ offline }) => foundInAll(offline))}</td>
<td>${found('push')}</td><td>${found('hint')}</td><td>${found('plan')}</td><td>${found('poll')}</td>
<td class="${lastHour.missedByPush > 0 ? 'bad' : ''}">${both(({ missedByPush }) => missedByPush)}</td>
<td>${both(({ suppressed }) => suppressed)}</td><td>${delayText(delay.urgent)}</td><td>${delayText(delay.normal)}</td></tr>`;
}
