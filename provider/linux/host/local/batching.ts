/**
 * Combines the items posted in one turn of the event loop into one message, because each message costs a write and wakes the
 * other process.
 */
export function gathering<T>(send: (all: readonly T[]) => void): (one: T) => void {
  let waiting: T[] = [];
  return (one) => {
    if (waiting.push(one) > 1) return;
    setImmediate(() => {
      const all = waiting;
      waiting = [];
      send(all);
    });
  };
}
