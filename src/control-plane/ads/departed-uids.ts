/**
 * Pods that are gone. The API server's word for a token is remembered for a while, and a review may be under way while its
 * pod goes; so a stream is opened only for a pod that is not known to be gone, whatever was said of its token.
 */
/** A uid is never given again; by the time that so many more are gone, no token of the first is good any more. */
const mostUids = 100_000;

export class DepartedUids {
  readonly #most: number;
  /** Oldest first. */
  readonly #uids = new Set<string>();

  /** @param most how many are remembered */
  constructor(most: number = mostUids) {
    this.#most = most;
  }

  add(uid: string): void {
    this.#uids.add(uid);
    const [oldest] = this.#uids;
    if (this.#uids.size > this.#most && oldest !== undefined) this.#uids.delete(oldest);
  }

  /** @param uid undefined where tokens are of no pod in particular */
  has(uid: string | undefined): boolean {
    return uid !== undefined && this.#uids.has(uid);
  }
}
