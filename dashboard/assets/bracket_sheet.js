/* The bracket drawn as a bracket: four regions around the Final Four, a list of games for each round of a region. */
(function () {
  "use strict";
  const h = React.createElement;
  const { node, entrant, TITLES } = window.madness_bracket;

  function percent(chance) {
    return chance > 0.995 && chance < 1 ? ">99%" : chance > 0 && chance < 0.005 ? "<1%" : Math.round(100 * chance) + "%";
  }

  /* One side of a game: who stands there, how sure that is, and the number beside it. */
  function sideOf(view, slot, side) {
    const { season, facts, decided, given, comeOut, pairs } = view;
    const here = entrant(view, slot, side), other = entrant(view, slot, 1 - side);
    const team = season.at[here.place], fact = facts[slot.node], pick = fact < 0 ? decided[slot.node] : -1;
    const line = { team, sure: here.sure, won: fact >= 0 && fact === here.place, lost: fact >= 0 && fact !== here.place };
    line.picked = pick >= 0 && pick === here.place;
    line.chance = here.place < 0 ? null : comeOut[slot.round][here.place];
    if (pick >= 0 && here.sure && other.sure) {
      const chance = pairs[window.madness_bracket.meeting(here.place, other.place).at];
      line.chance = here.place < other.place ? chance : 1 - chance;
    } else if (pick >= 0) line.chance = line.picked ? given[slot.node] : null;
    line.score = fact >= 0 && slot.score ? slot.score[side] : null;
    line.number = fact >= 0 ? (line.score === null ? "" : String(line.score)) : line.chance === null ? "" : percent(line.chance);
    return line;
  }

  /* A game: its two sides, and what there is to say about it. */
  function gameOf(view, slot) {
    const sides = [sideOf(view, slot, 0), sideOf(view, slot, 1)];
    const decided = view.facts[slot.node] >= 0, winner = sides.find((side) => side.won), loser = sides.find((side) => side.lost);
    const said = decided ? slot.said : sides[0].sure && sides[1].sure ? sides[0].chance : null;
    const favoured = said === null ? null : sides[0].won ? said : 1 - said;
    return {
      slot, sides, decided, said,
      wrong: decided && said !== null && favoured < 0.5,
      right: decided && said !== null && favoured > 0.5,
      upset: decided && winner && loser && winner.team && loser.team && winner.team.seed > loser.team.seed,
      favoured, verdict: view.verdict[slot.node],
    };
  }

  /* How wide a name is, in em, with letters set as close as bracket.css sets them: it makes a name smaller that would not
     fit, in whatever font the reader has. Measured once. */
  const measured = new Map(), CLOSE = 0.03;
  let pen = null;
  function widthOf(name, bold) {
    const key = (bold ? "bold " : "plain ") + name;
    if (!measured.has(key)) {
      pen = pen || document.createElement("canvas").getContext("2d");
      pen.font = `${bold ? 680 : 400} 100px ${getComputedStyle(document.body).fontFamily}`;
      measured.set(key, pen.measureText(name).width / 100 - CLOSE * name.length + 0.1);
    }
    return measured.get(key);
  }

  const named = (team) => (team ? `${team.seed} ${team.name}` : "open");

  function words(view, game, side) {
    const { slot, sides, decided, favoured } = game, own = sides[side], other = sides[1 - side];
    const day = (view.season.days.find((one) => one.day === slot.day) || {}).label;
    if (decided) {
      const winner = own.won ? own : other, loser = own.won ? other : own;
      const score = slot.score ? ` ${winner.score} to ${loser.score}` : " without a game";
      const told = favoured === null ? "" : `; the forecast gave it ${percent(favoured)}`;
      const mine = game.verdict ? `; your pick was ${game.verdict > 0 ? "right" : "wrong"}` : "";
      return `${slot.name}${day ? ", " + day : ""}: ${named(winner.team)} beat ${named(loser.team)}${score}${told}${mine}`;
    }
    const chance = own.number ? ` ${own.number}` : "";
    const who = `${slot.name}: ${named(own.team)}${chance} beats ${named(other.team)}`;
    return who + (own.sure && other.sure ? "" : own.sure ? " or whoever comes" : ", if it comes that far") + (own.picked ? ", picked" : "");
  }

  function Line({ view, game, side, act }) {
    const { slot } = game, line = game.sides[side], { team } = line;
    const css = ["bk-line"];
    if (line.won) css.push("won");
    if (line.lost) css.push("lost");
    if (!line.sure) css.push("open");
    if (line.picked) css.push("picked");
    if (line.won && game.upset) css.push("upset");
    if (team && team.place === act.selected) css.push("traced");
    const own = `${slot.round}-${slot.place}-${side}`, said = words(view, game, side);
    return h(
      "button",
      {
        type: "button", className: css.join(" "), "data-line": own, tabIndex: act.cursor === own ? 0 : -1,
        "aria-label": said, "aria-pressed": game.decided ? undefined : line.picked, title: said, disabled: !team,
        onClick: () => act.choose(slot, team.place, own), onFocus: () => act.stand(own),
      },
      h("span", { className: "bk-seed" }, team ? team.seed : ""),
      h("span", { className: "bk-name" }, team && h("span", { style: { "--wide": widthOf(team.name, line.won || line.picked) } }, team.name)),
      game.decided && game.said !== null && h("span", { className: "bk-told" }, percent(side ? 1 - game.said : game.said)),
      h("span", { className: "bk-number" }, line.number)
    );
  }

  function Game({ view, slot, act }) {
    const game = gameOf(view, slot);
    const css = ["bk-game"];
    if (game.decided) css.push("played");
    if (game.wrong) css.push("wrong");
    if (game.verdict) css.push(game.verdict > 0 ? "hit" : "miss");
    const split = game.said === null ? null : 100 * game.said + "%";
    return h(
      "div",
      { className: css.join(" ") },
      h(Line, { view, game, side: 0, act }),
      h(Line, { view, game, side: 1, act }),
      split && h("i", { className: "bk-said " + (game.said >= 0.5 ? "upper" : "lower"), "aria-hidden": true, style: { "--split": split } }),
      game.decided && slot.overtimes > 0 && h("span", { className: "bk-ot", "aria-hidden": true }, slot.overtimes > 1 ? slot.overtimes + "OT" : "OT")
    );
  }

  function Round({ view, round, from, count, act }) {
    const items = [];
    for (let place = from; place < from + count; place++) {
      const slot = view.season.slot[node(round, place)];
      items.push(h("li", { key: place, className: slot ? "" : "none", "aria-hidden": slot ? undefined : true }, slot && h(Game, { view, slot, act })));
    }
    return h("div", { className: `bk-round r${round}` }, h("h4", null, TITLES[round]), h("ol", { "aria-label": TITLES[round] }, items));
  }

  function Region({ view, quarter, act }) {
    const rounds = [];
    for (let round = view.season.first; round < 5; round++) {
      const count = 1 << (4 - round);
      rounds.push(h(Round, { key: round, view, round, from: quarter * count, count, act }));
    }
    return h(
      "section",
      { className: `bk-region q${quarter}`, "data-part": quarter, "aria-label": view.season.regions[quarter] },
      h("h3", null, view.season.regions[quarter]),
      h("div", { className: "bk-rounds" }, rounds)
    );
  }

  function Champion({ view, act }) {
    const at = node(6, 0), place = view.facts[at] >= 0 ? view.facts[at] : view.decided[at];
    const team = view.season.at[place];
    if (team) {
      const words = view.facts[at] >= 0 ? "Champion" : `Your champion, ${percent(act.plain.comeOut[6][place])}`;
      return h("div", { className: "bk-champion" }, h("span", { className: "bk-star", "aria-hidden": true }, "★"), h("b", null, team.name), h("span", null, words));
    }
    const best = view.season.teams.filter((one) => view.comeOut[6][one.place] > 0);
    best.sort((one, other) => view.comeOut[6][other.place] - view.comeOut[6][one.place]);
    return h(
      "div",
      { className: "bk-champion" },
      h("span", null, "To win the title"),
      h("ol", null, best.slice(0, 4).map((one) => h("li", { key: one.place }, h("b", null, one.name), h("span", null, percent(view.comeOut[6][one.place])))))
    );
  }

  function Finals({ view, act }) {
    const { slot } = view.season;
    const semi = (place) => slot[node(5, place)] && h("div", { className: `bk-semi s${place}` }, h("h4", null, "Final Four"), h(Game, { view, slot: slot[node(5, place)], act }));
    return h(
      "section",
      { className: "bk-finals", "data-part": "finals", "aria-label": "Final Four" },
      h("h3", { className: "unseen" }, "Final Four and final"),
      semi(0),
      h("div", { className: "bk-final" }, h(Champion, { view, act }), h("h4", null, "Final"), slot[node(6, 0)] && h(Game, { view, slot: slot[node(6, 0)], act })),
      semi(1)
    );
  }

  function PlayIns({ view, act }) {
    const slots = view.season.slots.filter((slot) => slot.round === 0);
    if (!slots.length) return null;
    const title = slots.length === 4 ? "First Four" : slots.length === 1 ? "Opening round" : "Play-ins";
    return h(
      "section",
      { className: "bk-playins", "data-part": "playins", "aria-label": title },
      h("h3", null, title),
      h("ol", null, slots.map((slot) => h("li", { key: slot.name }, h("span", { className: "bk-for" }, `for ${view.season.regions[slot.place >> 4]} ${Number(slot.name.slice(1, 3))}`), h(Game, { view, slot, act }))))
    );
  }

  /* Where an arrow key leads from a line: up and down within the round, across to the next game or the one before. */
  function step(view, line, key, stacked) {
    const [round, place, side] = line.split("-").map(Number);
    const { slot, slots } = view.season;
    if (key === "ArrowUp" || key === "ArrowDown") {
      const lines = slots.filter((one) => one.round === round).flatMap((one) => [`${round}-${one.place}-0`, `${round}-${one.place}-1`]);
      return lines[lines.indexOf(line) + (key === "ArrowDown" ? 1 : -1)];
    }
    const right = !stacked && (round === 6 ? 0 : place >> (5 - round)) === 1; // the half that is drawn from right to left
    if (round === 6 && !stacked) return `5-${key === "ArrowLeft" ? 0 : 1}-0`;
    if ((key === "ArrowRight") !== right) return round < 6 ? `${round + 1}-${place >> 1}-${place & 1}` : undefined;
    for (let before = round - 1; before >= 0; before--) {
      const at = (2 * place + side) << (round - 1 - before);
      if (slot[node(before, at)]) return `${before}-${at}-0`;
    }
  }

  function Sheet({ view, act, part }) {
    const act_ = {
      ...act,
      key: (event) => {
        if (!event.key.startsWith("Arrow") || !event.target.dataset.line) return;
        const next = step(view, event.target.dataset.line, event.key, window.matchMedia("(max-width: 1279px)").matches);
        if (!next) return;
        event.preventDefault();
        act.go(next);
      },
    };
    return h(
      "div",
      { className: `bk-sheet from-${view.season.first}`, role: "group", "aria-label": "Bracket", "data-shown": part, onKeyDown: act_.key },
      [0, 1, 2, 3].map((quarter) => h(Region, { key: quarter, view, quarter, act })),
      h(Finals, { view, act }),
      h(PlayIns, { view, act })
    );
  }

  Object.assign(window.madness_bracket, { Sheet, gameOf, percent });
})();
