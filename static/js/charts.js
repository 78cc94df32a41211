// Draw each figure's chart from the table inside it: one source for the picture and for the numbers.
// Without this script the tables are there to be opened.
(function () {
  "use strict";
  var Chart = window.Chart;
  if (!Chart) return;
  var style = getComputedStyle(document.documentElement);
  var ink = style.getPropertyValue("--bs-body-color").trim() || "#1a1d21";
  var muted = style.getPropertyValue("--muted").trim();
  var rule = style.getPropertyValue("--rule").trim();
  var data = style.getPropertyValue("--data").trim();
  var control = style.getPropertyValue("--control").trim();
  var SERIES = ["#123f75", "#6d97c7", "#7a4a00", "#0b5d3b", "#737b86"];
  var language = document.documentElement.lang || "vi";
  var isPhone = matchMedia("(max-width: 820px)").matches;

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12.5;
  Chart.defaults.color = muted;
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.plugins.legend.labels.boxWidth = 14;

  function number(text) { return text === undefined || text === "" ? null : Number(text); }
  function written(value) { return value.toLocaleString(language, { maximumFractionDigits: 2 }); }
  function rowsOf(figure) { return Array.prototype.slice.call(figure.querySelectorAll("tbody tr[data-label]")); }

  // The dot of the estimate on a bar that runs from one end of its interval to the other.
  var dots = {
    id: "dots",
    afterDatasetsDraw: function (chart) {
      var context = chart.ctx;
      var along = chart.options.indexAxis === "y" ? "x" : "y";
      var across = along === "x" ? "y" : "x";
      chart.data.datasets.forEach(function (set, place) {
        if (!set.values || !chart.isDatasetVisible(place)) return;
        chart.getDatasetMeta(place).data.forEach(function (bar, index) {
          if (set.values[index] === null) return;
          var at = {};
          at[along] = chart.scales[along].getPixelForValue(set.values[index]);
          at[across] = bar[across];
          var hollow = set.hollow && set.hollow[index];
          context.beginPath();
          context.arc(at.x, at.y, 5, 0, 2 * Math.PI);
          context.fillStyle = hollow ? "#fff" : set.dot || data;
          context.strokeStyle = hollow ? data : "#fff";
          context.lineWidth = hollow ? 2 : 1.5;
          context.fill();
          context.stroke();
          if (set.labelled) {
            context.font = "600 12.5px " + Chart.defaults.font.family;
            context.fillStyle = ink;
            context.textAlign = "center";
            context.fillText(set.words[index], at.x, chart.scales.y.getPixelForValue(set.data[index][0]) + 15);
          }
        });
      });
    },
  };
  // The number of each point, as in the table.
  var numbers = {
    id: "numbers",
    afterDatasetsDraw: function (chart) {
      chart.getDatasetMeta(0).data.forEach(function (point, index) {
        chart.ctx.font = "600 12.5px " + Chart.defaults.font.family;
        chart.ctx.fillStyle = "#fff";
        chart.ctx.textAlign = "center";
        chart.ctx.fillText(String(index + 1), point.x, point.y + 4);
      });
    },
  };

  function said(item) {
    var set = item.dataset;
    var words = set.words ? set.words[item.dataIndex] : "";
    return (set.label ? set.label + ": " : "") + words;
  }
  var tooltip = {
    callbacks: { label: said },
    filter: function (item) { return Boolean(item.dataset.words); },
  };

  function trend(figure) {
    var rows = rowsOf(figure);
    var values = rows.map(function (row) { return number(row.dataset.value); });
    var ranges = rows.map(function (row) {
      return row.dataset.value === undefined ? null : [number(row.dataset.low), number(row.dataset.high)];
    });
    var words = rows.map(function (row) {
      return row.dataset.value === undefined ? "" : row.cells[1].textContent + " (" + row.cells[2].textContent + ")";
    });
    var sets = [
      { type: "line", data: values, borderColor: control, borderWidth: 1.5, pointRadius: 0, pointHitRadius: 0, order: 3 },
      {
        data: ranges, values: values, words: rows.map(function (row) { return row.dataset.words || ""; }), long: words,
        hollow: rows.map(function (row) { return row.dataset.hollow; }), labelled: true,
        backgroundColor: "rgba(31, 95, 168, .45)", barThickness: 6, order: 2,
      },
    ];
    var edges = [].concat.apply([], ranges.filter(Boolean));
    var target = number(figure.dataset.target);
    if (target !== null) {
      edges.push(target);
      sets.push({
        type: "line", label: figure.dataset.targetWords, data: rows.map(function () { return target; }), borderColor: ink,
        borderWidth: 1.5, borderDash: [4, 3], pointRadius: 0, pointHitRadius: 0, order: 1,
      });
    }
    var top = Math.max.apply(null, edges), bottom = Math.min.apply(null, edges);
    return {
      type: "bar",
      data: { labels: rows.map(function (row) { return row.dataset.label; }), datasets: sets },
      options: {
        layout: { padding: { bottom: 2 } },
        scales: {
          x: { grid: { display: false } },
          y: {
            beginAtZero: false, suggestedMin: bottom - 0.25 * (top - bottom) - 0.2, suggestedMax: top, // room for the words below a bar
           
            grid: { color: rule }, ticks: { maxTicksLimit: 5, callback: written },
          },
        },
        plugins: {
          legend: { display: target !== null, align: "start", labels: { boxHeight: 0, filter: function (item) { return Boolean(item.text); } } },
          tooltip: { filter: tooltip.filter, callbacks: { label: function (item) { return item.dataset.long[item.dataIndex]; } } },
        },
      },
      plugins: [dots],
    };
  }

  function parts(figure) {
    var rows = rowsOf(figure);
    var names = Array.prototype.slice.call(figure.querySelectorAll("thead [data-series]"));
    var sets = names.map(function (name, place) {
      var cells = rows.map(function (row) { return row.cells[name.cellIndex]; });
      var known = function (cell) { return cell && cell.dataset.value !== undefined; };
      return {
        label: name.dataset.series,
        data: cells.map(function (cell) { return known(cell) ? [number(cell.dataset.low), number(cell.dataset.high)] : null; }),
        values: cells.map(function (cell) { return known(cell) ? number(cell.dataset.value) : null; }),
        words: cells.map(function (cell) { return known(cell) ? cell.textContent.replace(/\s+/g, " ").trim() : ""; }),
        backgroundColor: SERIES[place] + "66", dot: SERIES[place], barPercentage: 0.5, maxBarThickness: 7,
      };
    });
    var lows = [].concat.apply([], sets.map(function (set) { return set.data.filter(Boolean).map(function (range) { return range[0]; }); }));
    var lowest = Math.min(80, 20 * Math.floor(Math.min.apply(null, lows) / 20));
    figure.querySelector(".canvas").style.height = 70 + rows.length * (14 * names.length + 8) + "px";
    return {
      type: "bar",
      data: { labels: rows.map(function (row) { return isPhone ? cut(row.dataset.label) : row.dataset.label; }), datasets: sets },
      options: {
        indexAxis: "y",
        scales: {
          x: { beginAtZero: false, min: lowest, max: 100, grid: { color: rule }, ticks: { callback: function (value) { return written(value) + "%"; } } },
          y: { grid: { display: false }, ticks: { autoSkip: false } },
        },
        plugins: { legend: { display: names.length > 1, align: "start" }, tooltip: tooltip },
      },
      plugins: [dots],
    };
  }

  function cut(text) { return text.length > 18 ? text.slice(0, 17) + "…" : text; }

  function months(figure) {
    var heads = Array.prototype.slice.call(figure.querySelectorAll("thead [data-month]"));
    var sets = rowsOf(figure).map(function (row, place) {
      var cells = heads.map(function (head) { return row.cells[head.cellIndex]; });
      return {
        label: row.dataset.label, backgroundColor: SERIES[place % SERIES.length],
        data: cells.map(function (cell) { return number(cell.dataset.value); }),
        words: cells.map(function (cell) { return cell.dataset.words; }),
      };
    });
    return {
      type: "bar",
      data: { labels: heads.map(function (head) { return head.dataset.month; }), datasets: sets },
      options: {
        scales: { x: { stacked: true, grid: { display: false } }, y: { stacked: true, beginAtZero: true, ticks: { precision: 0 }, grid: { color: rule } } },
        plugins: { legend: { position: "bottom", align: "start" }, tooltip: tooltip },
      },
    };
  }

  function quadrant(figure) {
    var rows = rowsOf(figure);
    var points = rows.map(function (row) { return { x: number(row.dataset.x), y: number(row.dataset.y) }; });
    function mean(name) { return points.reduce(function (sum, point) { return sum + point[name]; }, 0) / points.length; }
    var middle = { x: mean("x"), y: mean("y") };
    var lines = {
      id: "lines",
      beforeDatasetsDraw: function (chart) {
        var area = chart.chartArea, context = chart.ctx;
        var x = chart.scales.x.getPixelForValue(middle.x), y = chart.scales.y.getPixelForValue(middle.y);
        context.strokeStyle = control;
        context.setLineDash([4, 3]);
        context.beginPath();
        context.moveTo(x, area.top); context.lineTo(x, area.bottom);
        context.moveTo(area.left, y); context.lineTo(area.right, y);
        context.stroke();
        context.setLineDash([]);
      },
    };
    return {
      type: "scatter",
      data: {
        datasets: [{
          data: points, pointRadius: 11, pointHoverRadius: 12, backgroundColor: data,
          words: rows.map(function (row) { return row.dataset.words; }),
          names: rows.map(function (row) { return row.dataset.label; }),
        }],
      },
      options: {
        layout: { padding: 6 },
        scales: {
          x: { grace: "15%", grid: { color: rule }, title: { display: true, text: figure.querySelector("[data-axis=x]").textContent }, ticks: { callback: written } },
          y: { grace: "15%", grid: { color: rule }, title: { display: true, text: figure.querySelector("[data-axis=y]").textContent }, ticks: { callback: written } },
        },
        plugins: {
          legend: { display: false },
          tooltip: { callbacks: { label: function (item) { return item.dataset.names[item.dataIndex] + ": " + item.dataset.words[item.dataIndex]; } } },
        },
      },
      plugins: [lines, numbers],
    };
  }

  // Arrow keys walk through what the mouse would point at, and say it.
  function walk(chart, canvas, live) {
    var stops = [], at = -1;
    chart.data.datasets.forEach(function (set, place) {
      if (set.words) set.words.forEach(function (words, index) { if (words) stops.push({ datasetIndex: place, index: index }); });
    });
    canvas.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step || !stops.length) return;
      event.preventDefault();
      at = (at + step + stops.length) % stops.length;
      var stop = stops[at];
      chart.tooltip.setActiveElements([stop], chart.getDatasetMeta(stop.datasetIndex).data[stop.index].getCenterPoint());
      chart.update();
      var set = chart.data.datasets[stop.datasetIndex];
      var name = set.names ? set.names[stop.index] : chart.data.labels[stop.index];
      live.textContent = [name, set.label, (set.long || set.words)[stop.index]].filter(Boolean).join(": ");
    });
    canvas.addEventListener("blur", function () {
      at = -1;
      chart.tooltip.setActiveElements([], { x: 0, y: 0 });
      chart.update();
    });
  }

  var KINDS = { trend: trend, parts: parts, months: months, quadrant: quadrant };
  var charts = [];
  document.querySelectorAll("figure[data-chart]").forEach(function (figure) {
    var box = figure.querySelector(".canvas"), canvas = box.querySelector("canvas");
    box.hidden = false;
    var chart = new Chart(canvas, KINDS[figure.dataset.chart](figure));
    charts.push(chart);
    walk(chart, canvas, figure.querySelector("[aria-live]"));
  });
  // Letters measured before the font came would stay cut.
  if (document.fonts) document.fonts.ready.then(function () { charts.forEach(function (chart) { chart.update(); }); });
  window.addEventListener("beforeprint", function () { charts.forEach(function (chart) { chart.resize(); }); });
})();
