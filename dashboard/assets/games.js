/* GameList: cards of games, with sorting and finding in the browser (dashboard/components.py). */
(function () {
  "use strict";
  const h = React.createElement;

  function Side({ team, finished }) {
    return h(
      "div",
      { className: "side" + (finished ? (team.won ? " won" : " lost") : "") },
      h("span", { className: "rank" }, team.rank || ""),
      h("a", { href: team.href, className: "go name" }, team.name),
      finished && h("span", { className: "score" }, team.score),
      h("span", { className: "chance" + (team.share >= 0.5 ? " favoured" : "") }, team.chance)
    );
  }

  function Verdict({ game }) {
    if (!game.outcome) return null;
    const sign = { right: "✓", wrong: "✗", even: "=" }[game.outcome];
    return h("span", { className: "verdict " + game.outcome }, h("b", { "aria-hidden": true }, sign), " ", game.verdict);
  }

  function Card({ game }) {
    const [top, bottom] = game.teams;
    const finished = "outcome" in game;
    const words = `${top.name} ${top.chance}, ${bottom.name} ${bottom.chance}`;
    return h(
      "li",
      { className: "game" },
      h(
        "div",
        { className: "game-head" },
        game.when && h("span", { className: "when" }, game.when),
        h("span", { className: "where", title: game.where }, game.where),
        game.overtime && h("span", { className: "tag" }, game.overtime),
        game.tag && h("span", { className: "tag" }, game.tag),
        h("a", { className: "go game-link", href: game.href, "aria-label": `${top.name} and ${bottom.name}: the game` }, finished ? "Game ›" : "Preview ›")
      ),
      h(Side, { team: top, finished }),
      h(Side, { team: bottom, finished }),
      h(
        "div",
        { className: "bar", role: "img", "aria-label": "Chances: " + words },
        h("i", { className: top.share >= 0.5 ? "favoured" : "", style: { width: 100 * top.share + "%" } }),
        h("i", { className: top.share < 0.5 ? "favoured" : "", style: { width: 100 * bottom.share + "%" } })
      ),
      h(
        "div",
        { className: "game-foot" },
        h("span", { className: "line", title: "Expected margin and its standard deviation, in points" }, game.line),
        h(Verdict, { game }),
        game.note && h("span", { className: "game-note" }, game.note)
      )
    );
  }

  function GameList({ id, games, sorts, first, title, note }) {
    const [sort, setSort] = React.useState(sorts[0][0]);
    const [find, setFind] = React.useState("");
    const [all, setAll] = React.useState(false);
    React.useEffect(() => setAll(false), [games]);
    const words = find.trim().toLowerCase();
    const found = games.filter(
      (game) => !words || (game.teams[0].name + " " + game.teams[1].name + " " + game.where).toLowerCase().includes(words)
    );
    const order = sorts.some(([key]) => key === sort) ? sort : sorts[0][0];
    const sorted = [...found].sort((a, b) => b.order[order] - a.order[order]);
    const shown = all || words ? sorted : sorted.slice(0, first);
    const many = games.length > 6;
    const tools =
      many &&
      h(
        "div",
        { className: "section-actions games-tools" },
        h("input", {
          type: "search", value: find, placeholder: "Find a team", "aria-label": "Find a team",
          onChange: (event) => setFind(event.target.value),
        }),
        sorts.length > 1 &&
          h(
            "select",
            { value: order, "aria-label": "Order of the games", onChange: (event) => setSort(event.target.value) },
            sorts.map(([key, label]) => h("option", { key, value: key }, label))
          )
      );
    return h(
      "section",
      { id, className: "section games" },
      h(
        "div",
        { className: "section-head" },
        h("div", { className: "section-title" }, title && h("h2", null, title), note && h("p", { className: "note" }, note)),
        tools
      ),
      shown.length ? h("ul", { className: "cards" }, shown.map((game) => h(Card, { key: game.key, game }))) : h("p", { className: "quiet" }, "No game matches."),
      shown.length < sorted.length &&
        h("button", { className: "more", onClick: () => setAll(true) }, `Show all ${sorted.length} games`)
    );
  }

  window.madness_dashboard = Object.assign(window.madness_dashboard || {}, { GameList });
})();
