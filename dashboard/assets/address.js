/* The address is the state: pickers write it, links move it, the server draws what it says. */
(function () {
  "use strict";

  function go(url) {
    window.history.pushState({}, "", url);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate")); // dcc.Location listens to this
  }

  /* A link with class "go" is followed without loading the document again. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a.go");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute("href"));
    window.scrollTo(0, 0);
  });

  /* What a picker makes of the rest: another league has other teams, another season other days. */
  const DROPS = { league: ["day", "team", "teams", "player", "game", "plays"], season: ["day", "game", "plays"], team: ["player"] };

  function text(value) {
    return Array.isArray(value) ? value.join(",") : value === null || value === undefined ? "" : String(value);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    madness: {
      follow: function (values, ids, shown) {
        const query = new URLSearchParams(window.location.search);
        let changed = false;
        ids.forEach(function (id, place) {
          const now = text(values[place]);
          if (!(id.param in shown) || now === text(shown[id.param])) return;
          changed = true;
          (DROPS[id.param] || []).forEach((name) => query.delete(name));
          if (now === "") query.delete(id.param);
          else query.set(id.param, now);
        });
        if (changed) go(window.location.pathname + "?" + query.toString().replaceAll("%2C", ","));
      },
      title: function (heading, note) {
        document.title = [heading, (note || "").split(" · ").slice(0, 2).join(" "), "Madness"].filter(Boolean).join(" · ");
      },
      find: function (values, ids) {
        ids.forEach(function (id, place) {
          window.dash_ag_grid.getApiAsync({ grid: id.find }).then(function (api) {
            api.setGridOption("quickFilterText", values[place] || "");
          });
        });
      },
    },
  });
})();
