import fc from 'fast-check';
import { expect } from 'vitest';
import { NOTICE_TABLES, type NoticeTable } from '../../src/shared/domain/notice.ts';
import { meaningOf } from '../../src/shared/notices/row-meaning.ts';
import { nastyText } from './arbitraries/nasty.ts';
import { testBorder } from './border.ts';
import { expectReason } from './reason.ts';

interface Row {
  readonly table: NoticeTable;
  readonly row: readonly string[];
}

const VALID = [
  'UC81tUN0Ljo_kr7CYSgcNPXQ',
  '1096483912345678901',
  '18446744073709551615',
  '44445555',
  'someone',
  'c:someone',
  '0',
  '1',
  'holo',
  '',
];
const cells = fc.oneof(fc.constantFrom(...VALID), nastyText);

/** The bot's tables know no rules: any text may stand anywhere, and rows may be shorter than they were. */
testBorder<Row>({
  name: 'rows of the tables of the bot',
  inputs: fc.record({ table: fc.constantFrom(...NOTICE_TABLES), row: fc.array(cells, { maxLength: 5 }) }),
  corpus: NOTICE_TABLES.flatMap((table) => [
    { table, row: ['1', '1', '1', 'x'.repeat(1_000_000)] },
    { table, row: ['x'.repeat(1_000_000), '1'.repeat(1_000_000)] },
    { table, row: [] },
  ]),
  take({ table, row }) {
    const meaning = meaningOf(table, row);
    if (typeof meaning === 'string') return expectReason(meaning, ['guild', 'channel', 'key', 'channel_type']);
    const { follow, learned, owned, trusted, marked } = meaning;
    for (const target of [follow?.target, marked]) {
      if (target) expect('identifier' in target ? target.identifier : target.name).toMatch(/^[^\p{C}\s]{1,128}$/u);
    }
    for (const id of [trusted, owned?.identifier, learned?.identifier])
      if (id !== undefined) expect(id).toMatch(/^[\w:.-]{1,64}$/);
    for (const id of follow ? [follow.guildId, follow.channelId] : []) {
      expect(row.map((cell) => cell.trim())).toContain(id);
      expect(BigInt(id) < 2n ** 64n).toBe(true);
    }
    return 'accepted';
  },
});
