/* Cells and functions of the AG Grid tables (dashboard/grids.py). */
(function () {
  "use strict";
  const h = React.createElement;
  const MINUS = "\u2212";
  const missing = (value) => value === null || value === undefined || Number.isNaN(value);

  function percent(p) {
    return p > 0.99 ? ">99%" : p < 0.01 ? "<1%" : Math.round(p * 100) + "%";
  }

  const functions = {
    fixed: (value, digits) =>
      missing(value) ? "–" : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    signed: (value, digits) => {
      if (missing(value)) return "–";
      const size = Math.abs(value).toFixed(digits);
      return Number(size) === 0 ? size : (value > 0 ? "+" : MINUS) + size;
    },
    share: (value, digits) => (missing(value) ? "–" : (100 * value).toFixed(digits) + "%"),
    /* Columns marked "wide" are left out of a narrow table; in the room that is left, columns that flex fill it. */
    fitGrid: (params) => {
      const range = params.api.getHorizontalPixelRange();
      const pinned = params.api.getDisplayedLeftColumns().reduce((sum, column) => sum + column.getActualWidth(), 0);
      const narrow = range.right - range.left + pinned < 560;
      const wide = params.api.getColumns().filter((column) => (column.getColDef().context || {}).wide);
      const change = wide.filter((column) => column.isVisible() === narrow);
      if (change.length) params.api.setColumnsVisible(change.map((column) => column.getColId()), !narrow);
    },
  };

  const cells = {
    Link: ({ value, data, id, base }) => (missing(data[id]) ? value : h("a", { href: base + data[id], className: "go" }, value)),
    Play: ({ value, data }) =>
      h("div", { className: data.scored ? "cell-play scored" : "cell-play" }, h("span", null, value), h("small", null, data.by)),
    /* plain: less than half is the underdog's side, not a surprise. */
    Chance: ({ value, plain }) =>
      h(
        "div",
        { className: "cell-chance" },
        h("span", null, percent(value)),
        h("div", { className: "bar", "aria-hidden": true }, h("i", { className: value >= 0.5 ? "favoured" : plain ? "underdog" : "upset", style: { width: 100 * value + "%" } }))
      ),
    Outcome: ({ value }) =>
      h(
        "span",
        { className: "verdict " + value },
        h("b", { "aria-hidden": true }, { right: "✓", wrong: "✗", even: "=" }[value]),
        " ",
        { right: "right", wrong: "wrong", even: "even" }[value]
      ),
    Result: ({ value, data, base }) => {
      const words = h("span", { className: data.won ? "result won" : "result" }, h("b", null, value.slice(0, 1)), value.slice(1));
      return base ? h("a", { href: base + data.game, className: "go" }, words) : words;
    },
    /* A rating with one standard deviation to both sides, on the scale of the whole table. */
    Interval: ({ data, low, high }) => {
      const at = (value) => (100 * (value - low)) / (high - low || 1);
      return h(
        "div",
        { className: "interval", "aria-hidden": true },
        low < 0 && high > 0 && h("s", { style: { left: at(0) + "%" } }),
        h("i", { style: { left: at(data.rating - data.sd) + "%", width: at(data.rating + data.sd) - at(data.rating - data.sd) + "%" } }),
        h("b", { style: { left: at(data.rating) + "%" } })
      );
    },
  };

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, functions);
  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, cells);
})();
