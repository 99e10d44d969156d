// Signals that depend on others.

/** A controller that another signal fires, too, until it is untied. */
export class TiedController extends AbortController {
  readonly #master: AbortSignal;
  readonly #follow = () => this.abort(this.#master.reason);

  constructor(master: AbortSignal) {
    super();
    this.#master = master;
    master.addEventListener('abort', this.#follow);
    if (master.aborted) this.#follow();
  }

  untie(): void {
    this.#master.removeEventListener('abort', this.#follow);
  }
}
