import { PLATFORMS } from '../../shared/domain/platform.ts';
import type { Standing } from '../../shared/queues/standing.ts';
import { counted, type Judged, orFine, type Patient, warning } from './finding.ts';

export function checkNeighbours({ standing }: Patient): readonly Judged[] {
  return judgeNeighbours(standing);
}

/** The bot's tables, the recorder, and whoever sends messages. */
export function judgeNeighbours({ notices, platforms, rejects }: Pick<Standing, 'notices' | 'platforms' | 'rejects'>) {
  const doubts = notices.flatMap(({ table, doubt }) =>
    doubt === null
      ? []
      : [warning(`the bot's table ${table} is not believed: ${doubt}`, 'put the table right; nothing of it is undone')],
  );
  const unheard = PLATFORMS.flatMap((platform): Judged[] => {
    const count = platforms[platform].recordRequests.unheard;
    if (count === 0) return [];
    const what = `${platform}: ${counted(count, 'request')} to record heard by nobody`;
    return [warning(what, 'start the recorder; each is sent again while its stream is on air')];
  });
  const refused =
    rejects === 0
      ? []
      : [
          warning(
            `${counted(rejects, 'message')} refused`,
            'see why: tallylight rejects; what is right now: replay it',
          ),
        ];
  return orFine([...doubts, ...unheard, ...refused], 'nothing that neighbours say or ask is left over');
}
