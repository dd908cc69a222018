/**
 * How much a listener may hold. Pub/Sub has no back-pressure: what finds no room can only be counted and dropped,
 * which is better than a process that dies with everything it holds.
 */
export function createRoom(limitBytes: number) {
  let used = 0;
  return {
    /** @returns false, and takes nothing, when there is no room for it */
    enter(bytes: number): boolean {
      if (used + bytes > limitBytes) return false;
      used += bytes;
      return true;
    },
    /** Takes what is held already, in place of something that has left. */
    take(bytes: number): void {
      used += bytes;
    },
    leave(bytes: number): void {
      used -= bytes;
    },
    freeBytes: () => limitBytes - used,
  };
}

export type Room = ReturnType<typeof createRoom>;
