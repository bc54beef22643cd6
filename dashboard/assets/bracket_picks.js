/* What a reader picks in a bracket: by node the place of the winner, closed downwards; in an address a few letters.

   In an address each slot is 0, or 1 or 2 for the side whose team is picked; three slots in a row, play-ins first, are one
   of 27 signs: "-" and a to z. A whole bracket is 23 signs, and says the same once its seeds are put right. */
(function () {
  "use strict";
  const { ROUNDS, PLACES, node, slotOf } = window.madness_bracket;
  const SIGNS = "-abcdefghijklmnopqrstuvwxyz", TOGETHER = 3;

  const none = () => new Int16Array(PLACES - 1).fill(-1);
  const any = (picks) => picks.some((place) => place >= 0);
  const side = (round, place) => (place >> round) & 1;

  function forget(picks, place, from) {
    for (let round = from; round < ROUNDS; round++) {
      const at = node(round, slotOf(round, place));
      if (picks[at] === place) picks[at] = -1;
    }
  }

  /* Picks with a place as winner of its slot of a round, and of those on its way there; what contradicts it goes. */
  function advance(picks, there, round, place) {
    const made = picks.slice();
    for (let before = 0; before <= round; before++) {
      const at = node(before, slotOf(before, place));
      if (!there[at]) continue;
      if (made[at] >= 0 && made[at] !== place) forget(made, made[at], before);
      made[at] = place;
    }
    return made;
  }

  /* Picks without that of a slot, and those that build on it. */
  function retract(picks, round, slot) {
    const made = picks.slice();
    if (made[node(round, slot)] >= 0) forget(made, made[node(round, slot)], round);
    return made;
  }

  /* The picks among what has happened: decided, facts first; right and wrong ones, and those still to come. */
  function among(picks, facts) {
    const decided = facts.slice();
    const verdict = new Int8Array(PLACES - 1); // 1 right, -1 wrong or out, 0 open or none
    picks.forEach(function (place, at) {
      if (place < 0) return;
      let out = false;
      for (let round = 0; round < ROUNDS && node(round, slotOf(round, place)) < at; round++) {
        const fact = facts[node(round, slotOf(round, place))];
        out = out || (fact >= 0 && fact !== place);
      }
      if (facts[at] >= 0) verdict[at] = facts[at] === place ? 1 : -1;
      else if (out) verdict[at] = -1;
      else decided[at] = place;
    });
    return { decided, verdict };
  }

  function encode(picks, slots) {
    let text = "";
    for (let i = 0; i < slots.length; i += TOGETHER) {
      let value = 0;
      for (let k = 0; k < TOGETHER; k++) {
        const slot = slots[i + k], place = slot ? picks[slot.node] : -1;
        value = 3 * value + (place < 0 ? 0 : 1 + side(slot.round, place));
      }
      text += SIGNS[value];
    }
    return text.replace(/-+$/, "");
  }

  /* The picks of an address; nothing if it is not one of this bracket. taken: by place, whether a team stands there. */
  function decode(text, slots, taken) {
    const picks = none(), there = new Uint8Array(PLACES - 1);
    slots.forEach((slot) => (there[slot.node] = 1));
    if (text.length > Math.ceil(slots.length / TOGETHER)) return null;
    for (let i = 0; i < text.length; i++) {
      const value = SIGNS.indexOf(text[i]);
      if (value < 0) return null;
      for (let k = 0; k < TOGETHER; k++) {
        const which = Math.floor(value / 3 ** (TOGETHER - 1 - k)) % 3, slot = slots[i * TOGETHER + k];
        if (!which) continue;
        if (!slot) return null;
        const first = (slot.place << (slot.round + 1)) + (which === 2 ? 1 << slot.round : 0);
        let place = first;
        for (let round = slot.round - 1; round >= 0; round--) {
          const feed = node(round, slotOf(round, first));
          if (!there[feed]) continue;
          place = picks[feed];
          break;
        }
        if (place < 0 || !taken[place]) return null;
        picks[slot.node] = place;
      }
    }
    return picks;
  }

  Object.assign(window.madness_bracket, { picks: { none, any, side, advance, retract, among, encode, decode } });
})();
