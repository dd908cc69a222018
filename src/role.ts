export const ROLES = ['listen', 'poll', 'flush', 'sync', 'web'] as const;

/** What one process does. Every role may run in many processes at once. */
export type Role = (typeof ROLES)[number];

/** What each role is for, in the order in which they start. */
export const ROLE_MEANINGS: Readonly<Record<Role, string>> = {
  listen: 'hears stream.follow and stream.unfollow, and the hints of the neighbours',
  poll: 'looks at the platforms',
  flush: 'publishes changes in batches',
  sync: 'reconciles, resolves names, asks the recorder, cleans up',
  web: 'shows the board and the status page',
};

/**
 * Reads roles as people write them, `listen poll` or `listen,poll`; `all` stands for every one.
 * @returns the roles, each once, or the words that name none
 */
export function parseRoles(words: readonly string[]): { roles: Role[]; unknown: string[] } {
  const names = words.flatMap((word) => word.split(',')).map((name) => name.trim().toLowerCase());
  const given = names.filter((name) => name !== '');
  const unknown = given.filter((name) => name !== 'all' && !isRole(name));
  const roles = ROLES.filter((role) => given.includes('all') || given.includes(role));
  return { roles, unknown };
}

function isRole(name: string): name is Role {
  return (ROLES as readonly string[]).includes(name);
}
