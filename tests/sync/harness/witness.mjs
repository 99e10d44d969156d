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

  /** Asserts that answers belong to one of two states, and never go back; the last state. */
  judge(answers, from, to) {
    const labels = answers.map((answer) => this.labelOf(answer));
    const path = labels.join(' → ');
    const allowed = [from, to, `${from} → ${to}`];
    assert.ok(allowed.includes(path), `answers went ${path}, not from ${from} to ${to}`);
    return labels.at(-1);
  }
}

function namesOf(answer) {
  return JSON.parse(answer).map(({ name }) => name);
}
