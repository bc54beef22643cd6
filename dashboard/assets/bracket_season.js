/* A season's bracket in the browser: from what the page brought (dashboard/bracket_data.py) to an evening and its odds. */
(function () {
  "use strict";
  const bracket = window.madness_bracket;
  const { ROUNDS, PLACES, OFFSETS, node, slotOf, meeting, odds, picks } = bracket;
  const POINTS = [0, 1, 2, 4, 8, 16, 32];
  const TITLES = ["First Four", "Round of 64", "Round of 32", "Sweet 16", "Elite 8", "Final Four", "Final"];

  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  }

  class Season {
    constructor(props) {
      this.own = props.own;
      this.teams = props.teams;
      this.at = new Array(PLACES).fill(null); // team by place
      props.teams.forEach((team) => (this.at[team.place] = team));
      this.slots = props.slots.map((slot) => ({ ...slot, node: node(slot.round, slot.place) }));
      this.slot = new Array(PLACES - 1).fill(null); // by node
      this.slots.forEach((slot) => (this.slot[slot.node] = slot));
      this.there = Uint8Array.from(this.slot, (slot) => (slot ? 1 : 0));
      this.regions = props.regions;
      this.evenings = props.evenings;
      this.days = props.days; // {day, label}, from Selection Sunday on
      this.first = Math.min(...this.slots.filter((slot) => slot.round).map((slot) => slot.round));
      this.known = new Map();
      this.seen = new Map();
    }

    /* The slots that a place has to win, in order. */
    path(place) {
      const found = [];
      for (let round = 0; round < ROUNDS; round++) {
        const slot = this.slot[node(round, slotOf(round, place))];
        if (slot) found.push(slot);
      }
      return found;
    }

    /* The evening whose chances hold on a day: its own, or Selection Sunday's. */
    evening(day) {
      return this.evenings.reduce((best, one) => (one.day <= day && (!best || one.day > best.day) ? one : best), null);
    }

    chances(evening) {
      if (this.known.has(evening.day)) return this.known.get(evening.day);
      const pairs = new Float64Array(OFFSETS[ROUNDS]).fill(1), site = new Int8Array(OFFSETS[ROUNDS]);
      for (const one of this.teams) for (const other of this.teams) if (one.place < other.place) pairs[meeting(one.place, other.place).at] = 0.5;
      const at = new Uint16Array(bytes(evening.at)), chance = new Float64Array(bytes(evening.chance));
      at.forEach((where, i) => (pairs[where] = chance[i]));
      new Int8Array(bytes(evening.site)).forEach((where, i) => (site[at[i]] = where));
      const open = new Set(Array.from(at, (where) => this.nodeOf(where)));
      const made = { pairs, site, open };
      this.known.set(evening.day, made);
      return made;
    }

    nodeOf(where) {
      let round = 0;
      while (OFFSETS[round + 1] <= where) round++;
      return node(round, (where - OFFSETS[round]) >> (2 * round));
    }

    /* Who has won what up to and with a day. */
    facts(day) {
      const evening = this.evening(day), { open } = this.chances(evening), found = picks.none();
      for (const slot of this.slots) {
        const told = evening.day === day && this.own ? !open.has(slot.node) : slot.day <= day;
        if (slot.winner !== null && told) found[slot.node] = slot.winner;
      }
      return found;
    }

    /* All that is shown of a day with some picks. */
    view(day, chosen) {
      const evening = this.evening(day), { pairs, site } = this.chances(evening), facts = this.facts(day);
      const { decided, verdict } = picks.among(chosen, facts);
      const found = odds(pairs, decided) || odds(pairs, facts);
      return { season: this, day, evening, pairs, site, facts, chosen, decided, verdict, ...found };
    }

    /* The same without picks, kept by day. */
    plain(day) {
      if (!this.seen.has(day)) this.seen.set(day, this.view(day, picks.none()));
      return this.seen.get(day);
    }
  }

  /* Expected points of picking a team as far as it goes: 1, 2, 4, 8, 16, 32 by round. */
  function expectedPoints(view, place) {
    return view.season.path(place).reduce((sum, slot) => sum + POINTS[slot.round] * view.comeOut[slot.round][place], 0);
  }

  /* Of a set of picks: expected points and chance to be all right on a day, right ones of those decided, points so far. */
  function worth(view, chosen) {
    const made = { picked: 0, expected: 0, right: 0, wrong: 0, points: 0, chance: 1 };
    const { decided, verdict } = picks.among(chosen, view.facts);
    for (const slot of view.season.slots) {
      const place = chosen[slot.node];
      if (place < 0) continue;
      made.picked++;
      made.expected += POINTS[slot.round] * view.comeOut[slot.round][place];
      if (verdict[slot.node] > 0) (made.right++, (made.points += POINTS[slot.round]));
      if (verdict[slot.node] < 0) made.wrong++;
    }
    const found = made.wrong ? null : odds(view.pairs, decided);
    if (!found) return { ...made, chance: 0 };
    for (const slot of view.season.slots) if (view.facts[slot.node] < 0 && decided[slot.node] >= 0) made.chance *= found.given[slot.node];
    return made;
  }

  /* Who stands on a side of a slot: who has come there, or who is most likely to. sure: nobody else can. */
  function entrant(view, slot, side) {
    const width = 1 << slot.round, first = slot.place * 2 * width + side * width;
    const before = slot.round ? view.comeOut[slot.round - 1] : view.into[0];
    let best = -1, able = 0;
    for (let place = first; place < first + width; place++) {
      if (!view.season.at[place] || !(before[place] > 0)) continue;
      able++;
      if (best < 0 || before[place] > before[best]) best = place;
    }
    return { place: best, sure: able === 1, chance: best < 0 ? 0 : before[best] };
  }

  Object.assign(bracket, { Season, POINTS, TITLES, expectedPoints, worth, entrant });
})();
