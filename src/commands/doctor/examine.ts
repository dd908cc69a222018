import { ServersError } from '../../shared/runtime/server-fault.ts';
import { withContext } from '../context.ts';
import { withStanding } from '../standing.ts';
import { CHECKS } from './checks.ts';
import { type Check, fault, type Finding, type Patient } from './finding.ts';

/** Looks at everything there is to look at. A check that cannot look is a finding too, and hinders no other. */
export async function examine(): Promise<readonly Finding[]> {
  try {
    return await withContext({}, (context) =>
      withStanding(context, async (readStanding) => {
        const patient = { context, standing: await readStanding() };
        const found: Finding[] = [];
        for (const check of CHECKS) found.push(...(await looked(check, patient)));
        return found;
      }),
    );
  } catch (error) {
    if (!(error instanceof ServersError)) throw error;
    return error.faults.map(({ message }) => unreachable(message));
  }
}

export async function looked({ name, run }: Check, patient: Patient): Promise<Finding[]> {
  try {
    return (await run(patient)).map((judged) => ({ check: name, ...judged }));
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    return [{ check: name, ...fault(`could not be looked at: ${reason}`, 'see whether the account may ask for it') }];
  }
}

/** The message says what, and what to do behind the colon. */
function unreachable(message: string): Finding {
  const at = message.lastIndexOf(': ');
  const [what, todo] = at < 0 ? [message, 'correct its address'] : [message.slice(0, at), message.slice(at + 2)];
  return { check: 'servers', ...fault(what, todo) };
}
