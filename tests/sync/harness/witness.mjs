// Judges answers: each must belong as a whole to a state that the server had, and none may belong
// to an older state than the one before.

import assert from 'node:assert/strict';
import { MARK } from './generations.mjs';

/** What the server answered in each of its states, in their order. */
export class Witness {
  #office;
  #labels = [];
  #answers = [];

  constructor(office) {
    this.#office = office;
  }

  /** The question whose answer tells all states apart. */
  question = MARK;

  /** Notes the present state of the server under a label. */
  async note(label) {
    const answer = JSON.stringify(await this.#office.search(this.question));
    assert.ok(!this.#answers.includes(answer), `state ${label} answers as another one does`);
    this.#labels.push(label);
    this.#answers.push(answer);
  }

  /** Label of the state that an answer belongs to. */
  labelOf(answer) {
    const at = this.#answers.indexOf(answer);
    assert.notEqual(at, -1, `an answer of no state: ${namesOf(answer)}`);
    return this.#labels[at];
  }

  /**
   * Asserts that answers belong to one of two states, and never go back; the last state.
   *
   * A device that was told of before (`wasMisled`) may stop at a state between the two.
   */
  judge(answers, from, to, wasMisled = false) {
    const labels = answers.map((answer) => this.labelOf(answer));
    const path = labels.map((label) => this.#labels.indexOf(label));
    const [first, last] = [from, to].map((label) => this.#labels.indexOf(label));
    const isWithin = path.every((at, step) => at >= (path[step - 1] ?? first) && at <= last);
    const isDirect = wasMisled || path.every((at) => at === first || at === last);
    const went = `answers went ${labels.join(' → ')}, not from ${from} to ${to}`;
    assert.ok(isWithin && isDirect, went);
    return labels.at(-1);
  }
}

function namesOf(answer) {
  return JSON.parse(answer).map(({ name }) => name);
}
