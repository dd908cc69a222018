import { Hono } from 'hono';
import { html } from 'hono/html';
import { PLATFORMS } from '../shared/domain/platform.ts';
import { concernsOf } from '../shared/queues/concerns.ts';
import type { QueueDepth } from '../shared/queues/depths.ts';
import { spanText } from '../shared/queues/span-text.ts';
import type { ReadStanding, Standing } from '../shared/queues/standing.ts';
import type { NoticeTableState } from '../shared/store/notice-store.ts';
import { BOARD_PATH } from './board.ts';
import { changesRow, platformCard } from './status-platform.ts';
import { STATUS_STYLE } from './status-style.ts';

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
  const { platforms, queues, notices } = standing;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tallylight</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="refresh" content="10">
<style>${STATUS_STYLE}</style></head><body>
<header><h1>Tallylight</h1><nav><a href="${BOARD_PATH}">Bull Board</a><a href="/statistics">statistics</a><a href="/metrics">metrics</a>
<a href="/livez">livez</a><a href="/readyz">readyz</a></nav><span class="note">read at ${timeText(standing.at)}</span></header>
<h2>Attention</h2>
<div class="panel">${attention(concernsOf(standing))}</div>
<h2>Platforms</h2>
<div class="cards">${PLATFORMS.map((platform) => platformCard(platform, platforms[platform]))}</div>
<h2>Changes <span class="note">last hour / last day</span></h2>
<div class="panel wide"><table><thead><tr><th>platform</th><th>online</th><th>offline</th><th>by push</th><th>by hint</th><th>by plan</th><th>by poll</th>
<th>missed by push</th><th>silent</th><th>urgent p50 / p99</th><th>normal p50 / p99</th></tr></thead>
<tbody>${PLATFORMS.map((platform) => changesRow(platform, platforms[platform]))}</tbody></table></div>
<p class="note">p50 / p99: how long half of the changes, and 99 % of them, took to be published, in the last ten minutes.
Oldest change still waiting: ${oldestText(standing)}. Messages refused and not replayed: ${standing.rejects}.</p>
<h2>Queues</h2>
<div class="panel wide"><table><thead><tr><th>queue</th><th>waiting</th><th>active</th><th>delayed</th><th>failed</th></tr></thead>
<tbody>${queues.map(queueRow)}</tbody></table></div>
${notices.length > 0 ? noticePanel(notices) : ''}
</body></html>`;
}

function attention(concerns: readonly string[]) {
  if (concerns.length === 0) return html`<span class="good">All is well.</span>`;
  return html`<ul class="bad">${concerns.map((concern) => html`<li>${concern}</li>`)}</ul>`;
}

function queueRow({ queue, waiting, active, delayed, failed }: QueueDepth) {
  return html`<tr><td>${queue}</td><td>${waiting}</td><td>${active}</td><td>${delayed}</td>
<td class="${failed > 0 ? 'bad' : ''}">${failed}</td></tr>`;
}

function noticePanel(tables: readonly NoticeTableState[]) {
  return html`<h2>The bot’s tables</h2>
<div class="panel wide"><table><thead><tr><th>table</th><th>rows</th><th>refused</th><th>read at</th><th>doubt</th></tr></thead>
<tbody>${tables.map(
    ({ table, rows, refused, readAt, doubt }) =>
      html`<tr><td>${table}</td><td>${rows}</td><td>${refused}</td><td>${readAt ? timeText(readAt) : ''}</td><td class="text bad">${doubt ?? ''}</td></tr>`,
  )}</tbody></table></div>`;
}

function oldestText({ at, oldestChangeAt }: Standing): string {
  return oldestChangeAt === null ? 'none' : `for ${spanText(Math.max(0, at.getTime() - oldestChangeAt.getTime()))}`;
}

function timeText(at: Date): string {
  return `${at.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
