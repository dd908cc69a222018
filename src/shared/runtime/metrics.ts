import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Every metric, named and explained once. Counters count this process; gauges of the whole cluster say so. */
export function createMetrics() {
  const registry = new Registry();
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name: `tallylight_${name}`, help, labelNames, registers: [registry] });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name: `tallylight_${name}`, help, labelNames, registers: [registry] });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[]) =>
    new Histogram({ name: `tallylight_${name}`, help, labelNames, buckets, registers: [registry] });
  return {
    registry,
    messages: counter('messages_total', 'Messages heard: follows, unfollows, and the hints of the neighbours', [
      'channel',
      'result',
    ]),
    rejects: counter('rejects_total', 'Messages refused', ['channel']),
    hints: counter('hints_total', 'Hints of the bot’s backend and the recorder, by what came of them', ['result']),
    recordings: counter('record_requests_total', 'Requests to the recorder, by what came of them', [
      'platform',
      'result',
    ]),
    unheard: gauge('record_requests_unheard', 'Broadcasts to record that no recorder has heard of (whole cluster)', [
      'platform',
    ]),
    wishes: counter('wishes_total', 'Follows and unfollows applied to the table', ['platform', 'action']),
    followsRefused: counter('follows_refused_total', 'Follows kept out, by the limit that left no room', ['limit']),
    folded: counter('wishes_folded_total', 'Follows and unfollows that a later one of their guild made needless', []),
    slowed: gauge('slowed_guilds', 'Guilds that say more than GUILD_RATE, whose wishes wait in this process', []),
    names: counter('names_total', 'Names resolved, missing, or failed', ['platform', 'result']),
    polls: counter('polls_total', 'Poll jobs done, by what they did', ['platform', 'result']),
    looks: counter('looks_total', 'Keys looked at, by what was seen', ['platform', 'seen']),
    requests: counter('requests_total', 'Requests to a platform, by endpoint and outcome', [
      'platform',
      'endpoint',
      'outcome',
    ]),
    lateness: histogram(
      'poll_lateness_seconds',
      'From when a poll was due to when it ran',
      [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 15, 60],
      ['platform'],
    ),
    lookSeconds: histogram(
      'look_seconds',
      'How long a shared look took',
      [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30],
      ['platform'],
    ),
    changes: counter('changes_total', 'Changes recorded, by what led to the look that found them', [
      'platform',
      'direction',
      'lane',
      'found_by',
    ]),
    suppressed: counter('changes_suppressed_total', 'Changes recorded silently', ['platform', 'reason']),
    published: counter('streams_published_total', 'Streams published in events', ['platform', 'direction']),
    batches: counter('events_published_total', 'Events published', ['platform', 'direction']),
    merged: counter('streams_merged_total', 'Streams published in an event together with others', [
      'platform',
      'direction',
    ]),
    eventStreams: histogram('event_streams', 'Streams in an event', [1, 2, 5, 10, 25, 50, 100, 1_000], ['platform']),
    publishWaits: counter('publish_waits_total', 'Events and flushes that had to wait, by what held them back', ['by']),
    publishWaitSeconds: counter('publish_wait_seconds_total', 'How long they waited', ['by']),
    subscribersBehind: gauge('subscribers_behind', 'Subscribers of Redis that are far behind, when last looked', []),
    furthestBehind: gauge('subscriber_behind_bytes', 'What the furthest of them has not taken yet', []),
    repeats: counter('events_repeated_total', 'Events that were already published when a retry came', ['platform']),
    publishDelay: histogram(
      'publish_delay_seconds',
      'From recording a change to publishing it',
      [0.05, 0.1, 0.5, 1, 2, 5, 15, 30, 60, 300],
      ['platform', 'lane'],
    ),
    retries: counter('job_retries_total', 'Jobs that failed and will run again', ['queue']),
    failures: counter('job_failures_total', 'Jobs that failed for good', ['queue']),
    repairs: counter('reconcile_repairs_total', 'What reconcile had to repair', ['what']),
    pushes: counter('pushes_total', 'Requests of platforms to the webhooks, by what they were', [
      'platform',
      'outcome',
    ]),
    pushDelay: histogram(
      'push_delay_seconds',
      'From when it happened or was sent, by the platform, to when it was here',
      [0.1, 0.5, 1, 2, 5, 15, 60, 300],
      ['platform'],
    ),
    pushRequests: counter('push_requests_total', 'Subscriptions asked for or ended', ['platform', 'action', 'result']),
    pushed: gauge('pushed_keys', 'Keys that their platform tells us of (whole cluster)', ['platform']),
    pushFailed: gauge('push_subscriptions_failed', 'Subscriptions to be tried again (whole cluster)', ['platform']),
    pushWaiting: gauge('push_subscriptions_waiting', 'Subscriptions not asked for yet (whole cluster)', ['platform']),
    pushMissed: gauge('push_missed', 'Changes of the last 24 h that only a poll found (whole cluster)', ['platform']),
    resting: gauge('platform_resting', '1 while the platform rests (whole cluster)', ['platform']),
    budgetUsed: gauge('budget_used', 'Budget used in its window (whole cluster)', ['platform', 'budget']),
    budgetLeft: gauge('budget_left', 'Budget left in its window (whole cluster)', ['platform', 'budget']),
    noticeChanges: counter('notice_changes_total', "What imports of the bot's tables changed here", ['what']),
    noticeRows: gauge('notice_rows', "Usable rows of the bot's tables when they were last believed (whole cluster)", [
      'table',
    ]),
    noticeRefused: gauge('notice_refused', 'Rows of them that cannot be used (whole cluster)', ['table']),
    noticeDoubts: gauge('notice_doubt', '1 while what is read of the table is not believed (whole cluster)', ['table']),
    keys: gauge('keys', 'Stream keys tracked (whole cluster)', ['platform']),
    follows: gauge('follows', 'Follows in the table (whole cluster)', ['platform']),
    live: gauge('live', 'Broadcasts live now (whole cluster)', ['platform']),
    pinnedKeys: gauge('pinned_keys', 'Stream keys that a pin wants (whole cluster)', ['platform']),
    quarantinedKeys: gauge('quarantined_keys', 'Stream keys held to be gone (whole cluster)', ['platform']),
    overdueKeys: gauge('overdue_keys', 'Stream keys due for a whole interval and more (whole cluster)', ['platform']),
    oldestChange: gauge('oldest_change_seconds', 'For how long the oldest change has waited (whole cluster)', []),
    queueDepth: gauge('queue_jobs', 'Jobs in a queue (whole cluster)', ['queue', 'state']),
    memory: new Gauge({
      name: 'tallylight_memory_bytes',
      help: 'Memory of this process: resident as the system counts it, heap used as Node does',
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        const { rss, heapUsed } = process.memoryUsage();
        this.set({ kind: 'resident' }, rss);
        this.set({ kind: 'heap' }, heapUsed);
      },
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
