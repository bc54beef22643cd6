/* Beside the drawn bracket: every team's chances, one team's path, when two teams meet, brackets to start from. */
(function () {
  "use strict";
  const h = React.createElement;
  const { node, meeting, expectedPoints, worth, percent, picks, TITLES } = window.madness_bracket;
  const STAGES = ["Round of 64", "Round of 32", "Sweet 16", "Elite 8", "Final Four", "Final", "Title"];
  const SHORT = ["R64", "R32", "S16", "E8", "F4", "Final", "Title"];

  const tenth = (chance) => (chance === 0 ? "–" : chance === 1 ? "✓" : chance < 0.0005 ? "<0.1" : chance > 0.9995 ? ">99.9" : (100 * chance).toFixed(1));

  /* The rounds that can be reached in a season, by the round whose winner does. */
  function stages(season) {
    const has = (round) => season.slots.some((slot) => slot.round === round);
    return STAGES.map((_, round) => round).filter(has);
  }

  function Odds({ view, act }) {
    const { season } = view;
    const over = view.facts[node(6, 0)] >= 0;
    const [sort, setSort] = React.useState(6);
    const [all, setAll] = React.useState(false);
    const [since, setSince] = React.useState(null); // null: this evening, but Selection Sunday's once all is played
    const first = season.days[0].day, before = since === null ? over : since;
    const shown = before ? season.plain(first) : view;
    const drawn = act.learning && !picks.any(view.chosen) && shown.evening.day === shown.day ? shown.evening.drawn : null;
    const reach = (team, round) => (drawn ? drawn[team.place][round] : shown.comeOut[round][team.place]);
    const rounds = stages(season);
    const value = (team) => (sort === 7 ? expectedPoints(shown, team.place) : reach(team, sort));
    const sorted = [...season.teams].sort((a, b) => value(b) - value(a) || reach(b, 1) - reach(a, 1) || a.place - b.place);
    const rows = all ? sorted : sorted.slice(0, 16);
    const head = (key, text, title, css) =>
      h("th", { key, scope: "col", className: css, "aria-sort": sort === key ? "descending" : undefined }, h("button", { type: "button", title, onClick: () => setSort(key) }, text));
    const cell = (team, round) => {
      const chance = reach(team, round), reached = before && view.facts[season.path(team.place).find((slot) => slot.round >= round)?.node] === team.place;
      if (round === 0 && !season.path(team.place).some((slot) => slot.round === 0)) return h("td", { key: round, className: "stage-0" }, "✓"); // in the round of 64 without a play-in
      return h("td", { key: round, className: `stage-${round}` + (reached ? " reached" : ""), style: { "--share": 100 * chance + "%" } }, tenth(chance), reached && h("span", { className: "unseen" }, ", reached"));
    };
    const note = before
      ? `As it stood on ${season.days[0].label}, in percent; a frame marks what came true.`
      : picks.any(view.chosen) ? "In percent, given what has been played and what you picked." : "In percent; what is decided is ticked or dashed.";
    return h(
      "section",
      { className: "section bk-odds" },
      h(
        "div", { className: "section-head" },
        h("div", { className: "section-title" }, h("h2", null, "Every team's chances"), h("p", { className: "note" }, note)),
        h(
          "div", { className: "section-actions bk-toggle", role: "group", "aria-label": "Chances of" },
          view.day > first && h("button", { type: "button", className: "button", "aria-pressed": before, onClick: () => setSince(!before) }, "Selection Sunday's"),
          season.evenings.some((one) => one.drawn) && h("button", { type: "button", className: "button", "aria-pressed": act.learning, disabled: picks.any(view.chosen), onClick: act.learn, title: "A team that wins is better than was thought: mean over drawn strengths, without picks" }, "Strengths drawn")
        )
      ),
      h(
        "div", { className: "card bk-scroll", tabIndex: 0, role: "region", "aria-label": "Every team's chances" },
        h(
          "table", null,
          h("thead", null, h("tr", null, h("th", { scope: "col" }, "Team"), rounds.map((round) => head(round, SHORT[round], STAGES[round], `stage-${round}`)), head(7, "Points", "Expected points of picking it as far as it goes: 1, 2, 4, 8, 16, 32 by round"))),
          h(
            "tbody", null,
            rows.map((team) =>
              h(
                "tr", { key: team.place, className: team.place === act.selected ? "traced" : "" },
                h("th", { scope: "row" }, h("button", { type: "button", onClick: () => act.trace(team.place), title: `Path of ${team.name}` }, h("span", { className: "bk-seed" }, team.seed), " ", team.name)),
                rounds.map((round) => cell(team, round)),
                h("td", { className: "points" }, expectedPoints(shown, team.place).toFixed(1))
              )
            )
          )
        )
      ),
      season.teams.length > 16 && h("button", { type: "button", className: "more", onClick: () => setAll(!all) }, all ? "Show the best 16" : `Show all ${season.teams.length} teams`)
    );
  }

  function TeamSelect({ season, value, label, onChange }) {
    const sorted = React.useMemo(() => [...season.teams].sort((a, b) => a.name.localeCompare(b.name)), [season]);
    const [shown, show] = React.useState(value); // at once; what it is chosen for is drawn later
    React.useEffect(() => show(value), [value]);
    function choose(event) {
      show(Number(event.target.value));
      onChange(Number(event.target.value));
    }
    return h("select", { value: shown, "aria-label": label, onChange: choose }, sorted.map((team) => h("option", { key: team.place, value: team.place }, team.name)));
  }

  /* The games of a place in a slot that can be, most likely opponent first. */
  function opponents(view, slot, place) {
    const found = [];
    for (const other of view.season.teams) {
      if (other.place === place) continue;
      const game = meeting(place, other.place);
      if (game.round !== slot.round || game.slot !== slot.place || !(view.met[game.at] > 0)) continue;
      const chance = view.pairs[game.at], site = view.site[game.at], strong = place < other.place;
      found.push({ team: other, met: view.met[game.at], chance: strong ? chance : 1 - chance, home: site === 0 ? 0 : (site > 0) === strong ? 1 : -1 });
    }
    return found.sort((a, b) => b.met - a.met);
  }

  const where = (season, slot) => (slot.round < 5 ? season.regions[slot.place >> (4 - slot.round)] + ", " : "") + (slot.round ? TITLES[slot.round].toLowerCase() : "play-in");

  function Path({ view, act }) {
    const { season } = view, place = act.selected, team = season.at[place];
    const steps = season.path(place).map(function (slot) {
      const day = (season.days.find((one) => one.day === slot.day) || {}).label || act.label(slot.day);
      const there = opponents(view, slot, place), total = there.reduce((sum, one) => sum + one.met, 0), fact = view.facts[slot.node];
      const win = view.comeOut[slot.round][place];
      let body;
      if (fact >= 0 && total > 0) {
        const score = slot.score ? ` ${Math.max(...slot.score)}–${Math.min(...slot.score)}` : " without a game";
        const said = slot.said === null ? null : (place >> slot.round) & 1 ? 1 - slot.said : slot.said;
        body = h("p", null, h("b", null, fact === place ? "Beat " : "Lost to "), `${there[0].team.seed} ${there[0].team.name}${score}`, said !== null && h("span", { className: "note" }, ` · ${percent(said)} before the game`));
      } else if (!(total > 0)) body = h("p", { className: "note" }, "Not reached");
      else
        body = h(
          "ul", null,
          there.slice(0, 4).map((one) => h("li", { key: one.team.place }, h("span", null, `${one.team.seed} ${one.team.name}`, one.home !== 0 && h("small", null, one.home > 0 ? " at home" : " away")), h("span", null, there.length > 1 ? percent(one.met / total) : ""), h("b", null, percent(one.chance)))),
          there.length > 4 && h("li", { className: "rest" }, h("span", null, `and ${there.length - 4} more`), h("span", null, percent(there.slice(4).reduce((sum, one) => sum + one.met, 0) / total)), h("b", null, ""))
        );
      return h("li", { key: slot.name, className: total > 0 ? "" : "off" }, h("div", { className: "bk-step" }, h("b", null, TITLES[slot.round]), h("span", { className: "note" }, day), fact < 0 && h("span", { className: "bk-through" }, `plays it ${percent(total)}, wins it ${percent(win)}`)), body);
    });
    return h(
      "section", { className: "section bk-path", id: "bracket-path" },
      h(
        "div", { className: "section-head" },
        h("div", { className: "section-title" }, h("h2", null, `Path of ${team.name}`), h("p", { className: "note" }, "By round the likeliest opponents, how likely each is if it comes so far, and the chance to beat it.")),
        h("div", { className: "section-actions games-tools" }, h(TeamSelect, { season, value: place, label: "Team", onChange: act.trace }), h("a", { className: "go button", href: act.team + team.id }, "Its season"))
      ),
      h("ol", { className: "card bk-steps" }, steps)
    );
  }

  function Meet({ view, act }) {
    const { season } = view;
    const { comeOut } = season.plain(season.days[0].day); // of Selection Sunday: a day on which all is over ranks nobody
    const ranked = [...season.teams].sort((a, b) => comeOut[6][b.place] - comeOut[6][a.place]);
    const [two, setTwo] = React.useState([ranked[0].place, ranked[1].place]);
    const [one, other] = two.map((place) => season.at[place] || ranked[0]);
    let said = "Two different teams meet, or none.";
    if (one !== other) {
      const game = meeting(one.place, other.place), slot = season.slot[node(game.round, game.slot)];
      const chance = view.met[game.at], win = one.place < other.place ? view.pairs[game.at] : 1 - view.pairs[game.at];
      const site = view.site[game.at], host = site === 0 ? null : season.at[site > 0 ? game.strong : game.weak];
      const fact = view.facts[slot.node], met = fact >= 0 && chance > 0;
      const day = (season.days.find((day) => day.day === slot.day) || {}).label || act.label(slot.day);
      said = [
        "They can meet only in the ", h("b", { key: 1 }, where(season, slot)), ` (${slot.name}, ${day}${host ? ", at " + host.name : ""}): `,
        h("b", { key: 2 }, met ? "they did" : chance > 0 ? tenth(chance) + "%" : "not any more"),
        met ? `, and ${season.at[fact].name} won.` : chance > 0 ? `. If they do, ${one.name} wins with ${percent(win)}.` : ".",
      ];
    }
    return h(
      "section", { className: "section bk-meet" },
      h("div", { className: "section-head" }, h("div", { className: "section-title" }, h("h2", null, "When would they meet?"))),
      h("div", { className: "card padded" },
        h("div", { className: "games-tools bk-two" }, h(TeamSelect, { season, value: one.place, label: "One team", onChange: (place) => setTwo([place, other.place]) }), h("span", null, "and"), h(TeamSelect, { season, value: other.place, label: "The other team", onChange: (place) => setTwo([one.place, place]) })),
        h("p", { role: "status" }, said))
    );
  }

  const odds = (chance) => (chance <= 0 ? "none" : chance >= 0.1 ? percent(chance) : `1 in ${Number((1 / chance).toPrecision(2)).toLocaleString("en")}`);

  function Brackets({ view, act }) {
    const { season } = view, base = act.plain;
    const columns = [
      ["likely", "Most likely", "The one bracket that is most likely to be all right", act.filled("likely")],
      ["best", "Most points", "The one with most expected points: 1, 2, 4, 8, 16, 32 by round", act.filled("best")],
      ["mine", "Yours", "What you have picked", view.chosen],
    ].filter(([key, , , chosen]) => key === "mine" || picks.any(chosen));
    const filled = columns.filter(([, , , chosen]) => picks.any(chosen));
    const found = columns.map(([, , , chosen]) => worth(base, chosen));
    const names = (chosen, round) =>
      season.slots.filter((slot) => slot.round === round).map((slot) => {
        const team = season.at[chosen[slot.node]], same = filled.every(([, , , one]) => one[slot.node] === chosen[slot.node]);
        return h("li", { key: slot.name, className: team ? (same ? "" : "differs") : "none" }, team ? `${team.seed} ${team.name}` : "–");
      });
    const row = (title, each) => h("tr", { key: title }, h("th", { scope: "row" }, title), columns.map(([key, , , chosen], i) => h("td", { key }, each(chosen, found[i], key))));
    const rounds = [6, 5, 4, 3].filter((round) => round >= season.first);
    const label = { 6: "Champion", 5: "Final", 4: "Final Four", 3: "Elite 8" };
    const begun = season.slots.some((slot) => view.facts[slot.node] >= 0);
    return h(
      "section", { className: "section bk-brackets" },
      h("div", { className: "section-head" }, h("div", { className: "section-title" }, h("h2", null, "Brackets to start from"), h("p", { className: "note" }, act.when))),
      h(
        "div", { className: "card bk-scroll", tabIndex: 0, role: "region", "aria-label": "Brackets to start from" },
        h(
          "table", null,
          h("thead", null, h("tr", null, h("td", null), columns.map(([key, title, note]) => h("th", { key, scope: "col", title: note }, title, key !== "mine" && h("button", { type: "button", className: "button", onClick: () => act.fill(key) }, "Fill mine with it"))))),
          h(
            "tbody", null,
            rounds.map((round) => row(label[round], (chosen) => h("ul", null, names(chosen, round)))),
            row("Expected points", (_, one) => (one.picked ? one.expected.toFixed(1) : "–")),
            row("All right", (_, one) => (one.picked ? odds(one.chance) : "–")),
            begun && row("So far", (_, one) => (one.picked ? `${one.right} right, ${one.wrong} wrong, ${one.points} points` : "–"))
          )
        )
      )
    );
  }

  Object.assign(window.madness_bracket, { Odds, Path, Meet, Brackets, stages, shownOdds: odds });
})();
