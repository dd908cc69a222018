import { programOnPath } from './run-program.ts';

/** How Redis or Valkey is installed, by the program that installs it. */
const INSTALLERS: Readonly<Record<string, string>> = {
  'apt-get': 'apt-get update && apt-get install redis-server',
  brew: 'brew install redis',
  dnf: 'dnf install valkey',
  apk: 'apk add valkey',
  pacman: 'pacman -S valkey',
  zypper: 'zypper install redis',
};

/** A sentence that says what is missing and the one command that helps on this system. */
export async function redisAdvice(problem: string): Promise<string> {
  for (const [installer, command] of Object.entries(INSTALLERS)) {
    if (await programOnPath(installer)) return `${problem}. Run "${command}", or set REDIS_URL`;
  }
  return `${problem}. Install Redis (https://redis.io/docs/latest/get-started/) or Valkey, or set REDIS_URL`;
}
