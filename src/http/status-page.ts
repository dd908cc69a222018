import { Hono } from 'hono';
import { html } from 'hono/html';
import { PLATFORMS, type Platform } from '../shared/domain/platform.ts';
import type { PlatformStanding, ReadStanding, Standing } from '../shared/queues/standing.ts';
import { budgetText } from '../shared/queues/budget-text.ts';
import { BOARD_PATH } from './board.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:1rem 0;width:100%}th,td{padding:.3rem .7rem;border-bottom:1px solid #ddd;text-align:right}
th:first-child,td:first-child,.text{text-align:left}.bad{color:#b00020}nav a{margin-right:1.2rem}
@media(prefers-color-scheme:dark){body{background:#15181c;color:#ddd}th,td{border-color:#333}a{color:#8ab4f8}.bad{color:#ff8a80}}`;

/** `/`: how everything stands, for people. Needs no script. */
export function createStatusPage(readStanding: ReadStanding): Hono {
  const app = new Hono();
  app.get('/', async (c) => {
    const standing = await readStanding();
    return c.html(page(standing), 200, { 'Cache-Control': 'no-store' });
  });
  return app;
}

function page(standing: Standing) {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tallylight</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="refresh" content="10">
<style>${STYLE}</style></head><body>
<h1>Tallylight</h1>
<nav><a href="${BOARD_PATH}">Bull Board</a><a href="/metrics">metrics</a><a href="/livez">livez</a><a href="/readyz">readyz</a></nav>
<h2>Platforms</h2>
<table><thead><tr><th>platform</th><th>keys</th><th>follows</th><th>live</th><th>due</th><th>overdue</th>
<th>quarantined</th><th>changes waiting</th><th>names pending</th><th class="text">budget left</th><th class="text">resting</th></tr></thead>
<tbody>${PLATFORMS.map((platform) => platformRow(platform, standing.platforms[platform]))}</tbody></table>
<h2>Queues</h2>
<table><thead><tr><th>queue</th><th>waiting</th><th>active</th><th>delayed</th><th>failed</th></tr></thead>
<tbody>${standing.queues.map(
    ({ queue, waiting, active, delayed, failed }) => html`<tr><td>${queue}</td><td>${waiting}</td><td>${active}</td>
<td>${delayed}</td><td class="${failed > 0 ? 'bad' : ''}">${failed}</td></tr>`,
  )}</tbody></table>
<p>Messages refused and not replayed: ${standing.rejects}. Oldest change still waiting:
${standing.oldestChangeAt?.toISOString() ?? 'none'}. Read at ${standing.at.toISOString()}.</p>
</body></html>`;
}

function platformRow(platform: Platform, stands: PlatformStanding) {
  return html`<tr><td>${platform}</td><td>${stands.keys}</td><td>${stands.follows}</td><td>${stands.live}</td>
<td>${stands.due}</td><td>${stands.overdue}</td><td>${stands.quarantined}</td><td>${stands.waitingChanges}</td>
<td>${stands.pendingNames}</td><td class="text">${budgetText(stands)}</td><td class="text bad">${restText(stands)}</td></tr>`;
}

function restText({ resting }: PlatformStanding): string {
  if (!resting) return '';
  return resting.until ? `${resting.reason}, until ${resting.until.toISOString()}` : resting.reason;
}
