/* The page of a bracket (dashboard/bracket_component.py). Day and picks stand behind the # of the address, which only the
   browser reads: a click, the slider and the Back button draw anew without asking the server.

   address ─► day, picks ─► odds ─► sheet, chances, paths
      ▲                              │
      └──────── click, slider ◄──────┘ */
(function () {
  "use strict";
  const h = React.createElement;
  const { Season, Sheet, Odds, Path, Meet, Brackets, picks, node, percent, gameOf, worth, shownOdds, TITLES } = window.madness_bracket;

  function read(season) {
    const asked = new URLSearchParams(window.location.hash.slice(1));
    const last = season.days[season.days.length - 1].day, said = [];
    let day = last;
    if (asked.has("day")) {
      const there = season.days.filter((one) => String(one.day) === asked.get("day"));
      if (there.length) day = there[0].day;
      else said.push(`No evening of this tournament is day “${asked.get("day").slice(0, 20)}”: the last one is shown.`);
    }
    const taken = season.at.map(Boolean);
    const chosen = picks.decode(asked.get("picks") || "", season.slots, taken);
    if (!chosen) said.push("The picks of this address are not of this bracket: none are shown.");
    return { day, chosen: chosen || picks.none(), said };
  }

  function write(season, { day, chosen }, replace) {
    const asked = [];
    if (day !== season.days[season.days.length - 1].day) asked.push(`day=${day}`);
    if (picks.any(chosen)) asked.push(`picks=${picks.encode(chosen, season.slots)}`);
    const url = window.location.pathname + window.location.search + (asked.length ? "#" + asked.join("&") : "");
    window.history[replace ? "replaceState" : "pushState"](window.history.state, "", url);
  }

  async function copy(text) {
    try {
      await window.navigator.clipboard.writeText(text);
    } catch {
      const box = document.createElement("textarea");
      box.value = text;
      document.body.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
  }

  /* The bracket as text: by region and round who goes on. */
  function asText(view, title) {
    const { season } = view, lines = [title];
    const winners = (slots) => slots.map((slot) => (view.decided[slot.node] >= 0 ? ((team) => `${team.seed} ${team.name}`)(season.at[view.decided[slot.node]]) : "–")).join(", ");
    const played = season.slots.filter((slot) => slot.round === 0);
    if (played.length) lines.push("", `First Four: ${winners(played)}`);
    season.regions.forEach(function (region, quarter) {
      lines.push("", region);
      for (let round = season.first; round < 5; round++) {
        const slots = season.slots.filter((slot) => slot.round === round && slot.place >> (4 - round) === quarter);
        if (slots.length) lines.push(`${TITLES[round]}: ${winners(slots)}`);
      }
    });
    for (const [round, name] of [[5, "Final Four"], [6, "Champion"]]) lines.push("", `${name}: ${winners(season.slots.filter((slot) => slot.round === round))}`);
    return lines.join("\n") + "\n";
  }

  function Slider({ season, day, move }) {
    const at = season.days.findIndex((one) => one.day === day), last = season.days.length - 1;
    const label = season.days[at].label + (at || /Selection/.test(season.days[at].label) ? "" : " · Selection Sunday");
    if (!last) return h("div", { className: "bk-slider" }, h("b", null, label));
    const button = (to, text, sign) => h("button", { type: "button", className: "step-day" + (season.days[to] ? "" : " off"), "aria-label": text, disabled: !season.days[to], onClick: () => move(season.days[to].day) }, sign);
    return h(
      "div", { className: "bk-slider" },
      button(at - 1, "Day before", "‹"),
      h("label", null, h("span", { className: "bk-when" }, label), h("input", { type: "range", min: 0, max: last, step: 1, value: at, "aria-label": "Day", "aria-valuetext": label, onChange: (event) => move(season.days[event.target.value].day) })),
      button(at + 1, "Day after", "›")
    );
  }

  /* What the numbers are, and how right the forecasts of the games played were. */
  function about(view) {
    const { season } = view, games = season.slots.filter((slot) => view.facts[slot.node] >= 0).map((slot) => gameOf(view, slot));
    const judged = games.filter((game) => game.favoured !== null), right = judged.filter((game) => game.right).length;
    const upsets = games.filter((game) => game.upset).length;
    const parts = [];
    if (games.length < season.slots.length)
      parts.push(view.evening.day === view.day ? "Chances of this evening." : `Chances of Selection Sunday, given what has been played since: they do not know how well anybody played.`);
    if (judged.length) parts.push(`Of ${judged.length} games played the forecast of the morning was right in ${right}; ${["none was", "one was"][upsets] || upsets + " were"} won by the worse seed.`);
    return parts.join(" ");
  }

  /* A phone shows one round of a region and the start of the next: the first one that is still being played. */
  function turnTo(view, part) {
    const rounds = document.querySelector(`.bk-region[data-part="${part}"] .bk-rounds`);
    if (!rounds) return;
    const open = view.season.slots.filter((slot) => slot.round > 0 && slot.round < 5 && slot.place >> (4 - slot.round) === Number(part) && view.facts[slot.node] < 0);
    const first = rounds.querySelector(".bk-round"), shown = open.length ? rounds.querySelector(`.r${Math.min(...open.map((slot) => slot.round))}`) : first;
    rounds.scrollLeft = shown.offsetLeft - first.offsetLeft;
  }

  const LEGEND = [
    ["bk-key said", "share of the upper team, as forecast"], ["bk-key wrong", "forecast was wrong"],
    ["bk-key upset", "the worse seed won"], ["bk-key open", "likeliest to come, with its chance to come and win"],
    ["bk-key picked", "your pick"],
  ];

  function Bracket({ data, title, team }) {
    const season = React.useMemo(() => new Season(data), [data]);
    return h(Shown, { key: title, season, title, team, zero: data.zero });
  }

  function Shown({ season, title, team, zero }) {
    const [place, setPlace] = React.useState(() => read(season));
    const [part, setPart] = React.useState("0");
    const [cursor, setCursor] = React.useState(`${season.first}-0-0`);
    const [selected, setSelected] = React.useState(null);
    const [learning, setLearning] = React.useState(false);
    const [said, say] = React.useState("");
    React.useEffect(() => {
      const again = () => setPlace(read(season));
      setPlace(read(season));
      ["popstate", "hashchange"].forEach((event) => window.addEventListener(event, again));
      return () => ["popstate", "hashchange"].forEach((event) => window.removeEventListener(event, again));
    }, [season]);

    const day = season.days.some((one) => one.day === place.day) ? place.day : season.days[season.days.length - 1].day;
    const { chosen } = place;
    const newest = React.useRef(chosen); // clicks that come faster than the page is drawn build on each other
    newest.current = chosen;
    const view = React.useMemo(() => season.view(day, chosen), [season, day, chosen]);
    const plain = season.plain(day);

    React.useLayoutEffect(() => turnTo(view, part), [season, day, part]);

    function to(next, words, replace) {
      const made = { day, chosen, said: [], ...next };
      newest.current = made.chosen;
      setPlace(made);
      say(words);
      setTimeout(() => write(season, made, replace)); // after drawing: the browser takes milliseconds for an address
    }
    const over = view.facts[node(6, 0)] >= 0;
    const filled = (key) => {
      const made = picks.none(), from = (over ? season.evenings[0] : view.evening)[key];
      season.slots.forEach((slot) => (made[slot.node] = from[slot.name] ?? -1));
      return made;
    };
    const act = {
      plain, selected, cursor, learning, team, filled,
      stand: setCursor,
      learn: () => setLearning(!learning),
      label: (number) => (zero ? new Date(Date.parse(zero) + 864e5 * number).toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).replace(",", "") : `Day ${number}`),
      when: season.own && !over ? "As they stood that evening." : "As they stood on Selection Sunday.",
      trace: setSelected,
      fill: (key) => to({ chosen: filled(key) }, "Filled."),
      go: function (line) {
        const [round, slot] = line.split("-").map(Number);
        const there = round === 0 ? "playins" : round > 4 ? "finals" : String(slot >> (4 - round));
        setPart(there);
        setCursor(line);
        const button = document.querySelector(`[data-line="${line}"]`);
        button.focus();
        if (document.activeElement !== button) setTimeout(() => button.focus()); // a phone has to show its part first
      },
      choose: function (slot, who, line) {
        setCursor(line);
        setSelected(who);
        if (view.facts[slot.node] >= 0) return;
        const taken = chosen[slot.node] === who && view.decided[slot.node] === who;
        const made = taken ? picks.retract(newest.current, slot.round, slot.place) : picks.advance(newest.current, season.there, slot.round, who);
        to({ chosen: made }, `${season.at[who].name} ${taken ? "not picked any more" : "picked to win"} ${slot.name}.`);
      },
    };
    const mine = picks.any(chosen) ? worth(plain, chosen) : null;
    const counted = mine && (mine.right + mine.wrong ? ` · ${mine.right} right, ${mine.wrong} wrong so far` : "");
    const heading = `${title} · ${season.days.find((one) => one.day === day).label}`;
    const parts = [...season.regions.map((name, quarter) => [String(quarter), name]), ["finals", "Finals"], ...(season.slots.some((slot) => slot.round === 0) ? [["playins", "First Four"]] : [])];
    const trace = selected === null ? [...season.teams].sort((a, b) => plain.comeOut[6][b.place] - plain.comeOut[6][a.place])[0].place : selected;
    // What stands below the sheet waits until the sheet is drawn, and for the last of clicks that come fast.
    const later = React.useDeferredValue(React.useMemo(() => ({ view, act: { ...act, selected: trace } }), [view, trace, learning]));
    return h(
      "div", { className: "bk" },
      h("h2", { className: "bk-title" }, heading),
      place.said.length > 0 && h("div", { className: "notes", role: "status" }, place.said.map((text) => h("p", { key: text }, text))),
      h(
        "div", { className: "bk-bar" },
        h(Slider, { season, day, move: (next) => to({ day: next }, "", true) }),
        h(
          "div", { className: "bk-actions" },
          h("button", { type: "button", className: "button", onClick: () => copy(window.location.href).then(() => say("Link copied.")) }, "Copy link"),
          h("button", { type: "button", className: "button", onClick: () => copy(asText(view, heading)).then(() => say("Text copied.")) }, "Copy text"),
          h("button", { type: "button", className: "button", onClick: () => window.print() }, "Print"),
          h("button", { type: "button", className: "button", "aria-label": "Reset picks", disabled: !mine, onClick: () => to({ chosen: picks.none() }, "Picks are gone.") }, "Reset")
        )
      ),
      h("p", { className: "note bk-about" }, about(view), " ",
        mine ? h("b", null, `${mine.picked} picked${counted}${mine.wrong ? "" : ` · chance of all: ${shownOdds(mine.chance)}`}`) : over ? "" : "Click a team to advance it: all that follows is computed anew."),
      h("div", { className: "bk-said-now", role: "status" }, said),
      h("div", { className: "bk-parts", role: "group", "aria-label": "Part of the bracket" }, parts.map(([key, name]) => h("button", { key, type: "button", "aria-pressed": part === key, onClick: () => setPart(key) }, name))),
      h(Sheet, { view, act, part }),
      h("ul", { className: "bk-legend" }, LEGEND.map(([css, words]) => h("li", { key: css }, h("i", { className: css, "aria-hidden": true }), words))),
      h(Below, later)
    );
  }

  const Below = React.memo(({ view, act }) => [
    h(Odds, { key: "odds", view, act }),
    h("div", { key: "pair", className: "pair" }, h(Path, { view, act }), h("div", null, h(Meet, { view, act }), h(Brackets, { view, act }))),
  ]);

  window.madness_dashboard = Object.assign(window.madness_dashboard || {}, { Bracket });
})();
