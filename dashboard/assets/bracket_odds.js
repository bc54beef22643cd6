/* The exact odds of a bracket in the browser: what hoops/brackets/odds.py computes, in the same terms.

   A bracket is a line of 128 places. A slot of round r (0 play-in, 1 round of 64, ... 6 final) stands over 2^(r + 1) of
   them: those of its strong side, then those of its weak side. `node` numbers the 127 slots, round by round.

   pairs    Float64Array(8128), by round, slot, place of the strong side, place of the weak side: chance that the strong
            one wins; 1 where nobody stands
   decided  Int16Array(127), by node: the place that won or is picked to, -1 for none; closed: whoever wins a slot has
            won those on its way there */
(function () {
  "use strict";
  const ROUNDS = 7, PLACES = 128;
  const OFFSETS = [0];
  for (let round = 0; round < ROUNDS; round++) OFFSETS.push(OFFSETS[round] + ((PLACES >> 1) << round));

  const node = (round, slot) => PLACES - (PLACES >> round) + slot;
  const slotOf = (round, place) => place >> (round + 1);

  /* Where the game of two places stands in `pairs`, and in which round and slot they can meet. */
  function meeting(one, other) {
    const strong = Math.min(one, other), weak = Math.max(one, other);
    const round = 31 - Math.clz32(strong ^ weak), slot = strong >> (round + 1), width = 1 << round;
    const first = slot * 2 * width;
    return { round, slot, strong, weak, at: OFFSETS[round] + slot * width * width + (strong - first) * width + weak - first - width };
  }

  function scale(values, first, count) {
    let total = 0;
    for (let i = first; i < first + count; i++) total += values[i];
    if (total > 0) for (let i = first; i < first + count; i++) values[i] /= total;
    return total;
  }

  function keep(values, first, count, place) {
    for (let i = first; i < first + count; i++) if (i !== place) values[i] = 0;
  }

  /* The odds given what is decided, by Bayes' rule:
     comeOut  by round, Float64Array(128): chance of a place to come out of its slot of that round
     met      Float64Array(8128): chance of each game to be played
     given    Float64Array(127), by node: chance of what is decided there, given what is decided before it
     Nothing if what is decided has no chance to be. */
  function odds(pairs, decided) {
    const into = [new Float64Array(PLACES).fill(1)];
    const given = new Float64Array(PLACES - 1).fill(1);
    for (let round = 0; round < ROUNDS; round++) {
      const width = 1 << round, before = into[round], out = new Float64Array(PLACES);
      for (let slot = 0; slot < PLACES >> (round + 1); slot++) {
        const first = slot * 2 * width, base = OFFSETS[round] + slot * width * width;
        for (let i = 0; i < width; i++) {
          const strong = before[first + i];
          for (let j = 0; j < width; j++) {
            const both = strong * before[first + width + j], chance = pairs[base + i * width + j];
            out[first + i] += both * chance;
            out[first + width + j] += both * (1 - chance);
          }
        }
        const winner = decided[node(round, slot)];
        if (winner >= 0) {
          given[node(round, slot)] = out[winner];
          keep(out, first, 2 * width, winner);
        }
        if (scale(out, first, 2 * width) === 0) return null;
      }
      into.push(out);
    }
    return { into, given, ...backwards(pairs, decided, into) };
  }

  /* From the final down: how likely what is decided in and after a slot is, by who comes out of it. */
  function backwards(pairs, decided, into) {
    const met = new Float64Array(OFFSETS[ROUNDS]), comeOut = new Array(ROUNDS);
    let above = new Float64Array(PLACES).fill(1);
    for (let round = ROUNDS - 1; round >= 0; round--) {
      const width = 1 << round, before = into[round], out = into[round + 1].slice(), next = new Float64Array(PLACES);
      for (let slot = 0; slot < PLACES >> (round + 1); slot++) {
        const first = slot * 2 * width, base = OFFSETS[round] + slot * width * width;
        const winner = decided[node(round, slot)];
        if (winner >= 0) keep(above, first, 2 * width, winner);
        for (let i = first; i < first + 2 * width; i++) out[i] *= above[i];
        scale(out, first, 2 * width);
        for (let i = 0; i < width; i++) {
          for (let j = 0; j < width; j++) {
            const at = base + i * width + j, chance = pairs[at], strong = first + i, weak = first + width + j;
            const after = chance * above[strong] + (1 - chance) * above[weak];
            met[at] = before[strong] * before[weak] * after;
            next[strong] += before[weak] * after;
            next[weak] += before[strong] * after;
          }
        }
        scale(met, base, width * width);
        scale(next, first, width);
        scale(next, first + width, width);
      }
      comeOut[round] = out;
      above = next;
    }
    return { comeOut, met };
  }

  window.madness_bracket = { ROUNDS, PLACES, OFFSETS, node, slotOf, meeting, odds };
})();
