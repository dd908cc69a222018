/** Of an address with one host or several, and also of one that cannot be read. */
const ACCOUNT = /^[a-z][a-z+.-]*:\/\/[^:@/?#]*:([^/?#]*)@/i;
/** With no password in it, or with one that was taken out. */
const WITHOUT = /^[a-z][a-z+.-]*:\/\/(?:[^:@/?#]*@)?[^@]*$/i;
const PARAMETER = /[?&](?:sentinelPassword|password)=([^&#]*)/g;

/** The passwords that stand in an address, as written and as meant. */
export function passwordsIn(address: string): string[] {
  const text = address.trim();
  const account = ACCOUNT.exec(text)?.[1] ?? '';
  const parameters = [...text.matchAll(PARAMETER)].map((match) => meant(match[1] ?? ''));
  return [account, account && meant(account), ...parameters].filter((password) => password !== '');
}

/** The same address without them; nothing of it where it cannot be told for sure what they are. */
export function withoutPasswords(address: string, mask: string): string {
  const masked = address
    .trim()
    .replace(/\?[^#]*/, `?${mask}`)
    .replace(ACCOUNT, (account, password: string) => account.replace(`:${password}@`, `:${mask}@`));
  return WITHOUT.test(masked.replace(`:${mask}@`, '@')) ? masked : mask;
}

function meant(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
