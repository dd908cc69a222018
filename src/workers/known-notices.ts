import type { StreamName } from '../shared/domain/follow.ts';
import type { NoticeFollow, NoticeReading, RefusedRow } from '../shared/domain/notice.ts';
import type { StreamKey } from '../shared/domain/stream-key.ts';
import type { RawNotices } from '../shared/notices/read-notices.ts';
import { nameText } from '../shared/platforms/adapter.ts';
import type { NameStore } from '../shared/store/name-store.ts';

/**
 * Puts identifiers in the place of names as far as anybody knows them: the bot's own tables first, then what was
 * resolved before, however long ago. A follow must not end because a name has grown old.
 */
export async function knownNotices(
  { tables, follows, learned, marked, owned, trusted }: RawNotices,
  names: Pick<NameStore, 'lookUp'>,
): Promise<{ reading: NoticeReading; refused: RefusedRow[] }> {
  const known = new Map(learned.map(({ name, identifier }) => [nameText(name), identifier]));
  const targets = [...follows.map(({ target }) => target), ...marked].filter(isName);
  const unknown = new Map(targets.map((name) => [nameText(name), name]));
  for (const text of known.keys()) unknown.delete(text);
  for (const [text, { identifier }] of await names.lookUp([...unknown.values()])) known.set(text, identifier);

  const keyOf = (target: StreamKey | StreamName): StreamKey | undefined => {
    if (!isName(target)) return target;
    const identifier = known.get(nameText(target));
    return identifier === undefined ? undefined : { platform: target.platform, identifier };
  };
  const reading: NoticeReading = {
    ...{ tables, owned, trusted },
    follows: follows.flatMap((each) => {
      const target = keyOf(each.target);
      return target ? [{ ...each, target }] : [];
    }),
    names: follows.filter((each): each is NoticeFollow<StreamName> => isName(each.target) && !keyOf(each.target)),
    marked: marked.flatMap((target) => keyOf(target) ?? []),
  };
  const refused = Object.values(tables).flatMap((read) => (read.kind === 'read' ? read.refused : []));
  return { reading, refused };
}

function isName(target: StreamKey | StreamName): target is StreamName {
  return 'name' in target;
}
