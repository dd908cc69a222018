import type { Command } from 'commander';

/** A command as the overview shows it; all else of it is loaded when it is called. */
export interface CatalogEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/**
 * Every command there is. Imported when called, not before: the database client and the queues take a second of CPU
 * to load, which help and the health checks of containers need not pay.
 */
export const CATALOG: readonly CatalogEntry[] = [
  {
    name: 'run',
    summary: 'run one or more roles until stopped',
    load: async () => (await import('./run.ts')).runCommand(),
  },
  {
    name: 'follow',
    summary: 'have a guild follow a channel',
    load: async () => (await import('./follow.ts')).followCommand(),
  },
  {
    name: 'unfollow',
    summary: 'have a guild follow a channel no longer',
    load: async () => (await import('./unfollow.ts')).unfollowCommand(),
  },
  {
    name: 'record',
    summary: 'have a channel recorded, and show what was asked of the recorder',
    load: async () => (await import('./record.ts')).recordCommand(),
  },
  {
    name: 'rejects',
    summary: 'show messages that could not be used, and have them read again',
    load: async () => (await import('./rejects.ts')).rejectsCommand(),
  },
  {
    name: 'list',
    summary: 'show every tracked stream key',
    load: async () => (await import('./list.ts')).listCommand(),
  },
  {
    name: 'status',
    summary: 'show how everything stands, in the whole cluster',
    load: async () => (await import('./status.ts')).statusCommand(),
  },
  {
    name: 'doctor',
    summary: 'examine everything, and say what to do',
    load: async () => (await import('./doctor.ts')).doctorCommand(),
  },
  {
    name: 'watch',
    summary: 'print events as they are published',
    load: async () => (await import('./watch.ts')).watchCommand(),
  },
  {
    name: 'replay',
    summary: 'publish again what was published, for a shard that lost it',
    load: async () => (await import('./replay.ts')).replayCommand(),
  },
  {
    name: 'reconcile',
    summary: 'make everything derived agree with the tables',
    load: async () => (await import('./reconcile.ts')).reconcileCommand(),
  },
  {
    name: 'import',
    summary: "take over follows from the bot's own tables",
    load: async () => (await import('./import.ts')).importCommand(),
  },
  {
    name: 'release',
    summary: 'take a key out of quarantine',
    load: async () => (await import('./release.ts')).releaseCommand(),
  },
  {
    name: 'migrate',
    summary: 'bring the tables to the newest schema',
    load: async () => (await import('./migrate.ts')).migrateCommand(),
  },
  {
    name: 'config',
    summary: 'show the settings in force',
    load: async () => (await import('./config.ts')).configCommand(),
  },
  {
    name: 'settings',
    summary: 'show and change settings while the cluster runs',
    load: async () => (await import('./settings.ts')).settingsCommand(),
  },
  {
    name: 'healthcheck',
    summary: 'ask the process on this machine whether it is well',
    load: async () => (await import('./healthcheck.ts')).healthcheckCommand(),
  },
  {
    name: 'demo',
    summary: 'show everything at work on made-up platforms',
    load: async () => (await import('./demo.ts')).demoCommand(),
  },
  {
    name: 'simulate',
    summary: 'run made-up platforms to try everything on',
    load: async () => (await import('./simulate.ts')).simulateCommand(),
  },
];
