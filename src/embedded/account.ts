/** Whom a server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}
