/**
 * Those who want to hear of something.
 */

export interface ChangeListeners<T> {
  /** The function returned ends it. */
  readonly add: (listener: (change: T) => void) => () => void;
  readonly tell: (change: T) => void;
}

/** A list of listeners that is empty. */
export function createChangeListeners<T>(): ChangeListeners<T> {
  const listeners = new Set<(change: T) => void>();
  return {
    add: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    tell: (change) => {
      for (const listener of [...listeners]) listener(change);
    },
  };
}
