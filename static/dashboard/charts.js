// Charts from data in the page: <div data-chart="line" data-source="id of a JSON script">.
//   line, bar   {labels, series: [{name, data}], unit: "count" | "money" | "percent", currency}
//               `stacked` puts bars on one another, `is_quiet` on a series greys it
//   waterfall   {labels, series: [{name, data}], unit}: the first and the last stand on the ground, the others are steps between them
//   funnel      {labels, series: [{name, data}]}                  donut   {labels, series: [{name, data}], colours}
//   rfm         {x, y, x_name, y_name, cells: [{value: [x, y, count], label, colour}, ...], links}: a map whose cells have colours of their own
//   heatmap     {x: [...], y: [...], cells: [[x, y, value], ...], x_name, y_name, links: {"x,y": address}}
//   budget      {labels, series: [{name, role, data}], unit, currency}: roles spent, committed, reserved, limit, low, middle, high
// The words next to a chart (title, table twin) are in the page.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const light = ["#0f766e", "#d97706", "#2563eb", "#9333ea", "#db2777", "#65a30d"];
  const dark = ["#2dd4bf", "#fbbf24", "#60a5fa", "#c084fc", "#f472b6", "#a3e635"];
  const drawn = new Map();

  const isDark = () => document.documentElement.dataset.bsTheme === "dark";
  const ink = () => (isDark() ? "#a3adb8" : "#64707d");
  const line = () => (isDark() ? "#2c3540" : "#e6e9ec");
  const exponent = (currency) => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;

  function writer(data, compact) {
    const notation = compact ? { notation: "compact", maximumFractionDigits: 1 } : {};
    if (data.unit === "percent") return (value) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(value / 100);
    if (data.unit !== "money") return (value) => new Intl.NumberFormat(language, notation).format(value);
    const scale = 10 ** exponent(data.currency);
    const format = new Intl.NumberFormat(language, { style: "currency", currency: data.currency, ...notation });
    return (value) => format.format(value / scale);
  }

  const tooltip = () => ({
    backgroundColor: isDark() ? "#1b232c" : "#fff", borderColor: line(), textStyle: { color: isDark() ? "#e8ecf0" : "#1f2933", fontSize: 12 },
    confine: true, extraCssText: "border-radius:8px;box-shadow:0 4px 16px rgba(0,0,0,.12)",
  });

  function axes(data, type, width) {
    const colours = isDark() ? dark : light;
    // A few bars with words under them: all of the words, on as many lines as they need.
    const labels = type === "bar" && data.labels.length < 7 ? { interval: 0, width: Math.max(24, (width - 64) / data.labels.length - 6), overflow: "break", lineHeight: 14, fontSize: width < 480 ? 10 : 12 } : { hideOverlap: true };
    return {
      color: colours,
      tooltip: { ...tooltip(), trigger: "axis", axisPointer: { type: type === "bar" ? "shadow" : "line" }, valueFormatter: writer(data, false) },
      legend: data.series.length > 1 ? { top: 0, right: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: ink() } } : undefined,
      grid: { left: 4, right: 20, top: data.series.length > 1 ? 34 : 12, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.labels, boundaryGap: type === "bar", axisTick: { show: false }, axisLine: { lineStyle: { color: line() } }, axisLabel: { color: ink(), ...labels } },
      yAxis: { type: "value", minInterval: data.unit === "money" ? undefined : 1, splitLine: { lineStyle: { color: line() } }, axisLabel: { color: ink(), formatter: writer(data, true) } },
      series: data.series.map((each, position) => ({
        name: each.name, type, data: each.data, stack: data.stacked ? "all" : undefined, smooth: 0.25, showSymbol: data.labels.length < 3, barMaxWidth: 28, lineStyle: { width: 2 },
        itemStyle: { ...(type === "bar" && !(data.stacked && position < data.series.length - 1) ? { borderRadius: [3, 3, 0, 0] } : {}), ...(each.is_quiet ? { color: isDark() ? "#3b4855" : "#c3ced4" } : {}) },
        areaStyle: type === "line" && position === 0 ? { opacity: 0.1 } : undefined,
      })),
    };
  }

  function funnel(data) {
    const write = writer(data, false);
    const values = data.series[0].data;
    const most = Math.max(...values, 1);
    return {
      tooltip: { ...tooltip(), trigger: "axis", axisPointer: { type: "none" }, valueFormatter: write },
      grid: { left: 4, right: 76, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", max: most, show: false },
      yAxis: { type: "category", inverse: true, data: data.labels, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: ink() } },
      series: [{
        name: data.series[0].name, type: "bar", data: values, barWidth: "62%", showBackground: true,
        backgroundStyle: { color: isDark() ? "#1f2832" : "#f1f4f5", borderRadius: 4 },
        itemStyle: { color: isDark() ? dark[0] : light[0], borderRadius: 4 },
        label: {
          show: true, position: "right", color: ink(),
          formatter: ({ dataIndex, value }) => {
            const before = dataIndex ? values[dataIndex - 1] : 0;
            const share = before ? `  ${Math.round((value / before) * 100)}%` : "";
            return `${write(value)}${share}`;
          },
        },
      }],
    };
  }

  function waterfall(data) {
    const write = writer(data, false);
    const values = data.series[0].data;
    const last = values.length - 1;
    let reached = 0;
    const bars = values.map((value, position) => {
      const from = position === 0 || position === last ? 0 : reached;
      reached = from + value;
      return [position, from, reached];
    });
    const [ground, up, down] = isDark() ? ["#2dd4bf", "#4ade80", "#fb7185"] : ["#0f766e", "#16803c", "#c2333f"];
    const colour = (position) => (position === 0 || position === last ? ground : values[position] < 0 ? down : up);
    return {
      tooltip: { ...tooltip(), trigger: "item", formatter: ({ dataIndex }) => `${data.labels[dataIndex]}<br><b>${write(values[dataIndex])}</b>` },
      grid: { left: 4, right: 84, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", splitLine: { lineStyle: { color: line() } }, axisLabel: { color: ink(), formatter: writer(data, true), hideOverlap: true } },
      yAxis: { type: "category", inverse: true, data: data.labels, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: ink(), width: innerWidth < 700 ? 96 : 190, overflow: "truncate" } },
      series: [{
        name: data.series[0].name, type: "custom", data: bars, encode: { x: [1, 2], y: 0 },
        renderItem: (params, api) => {
          const [start, end] = [1, 2].map((side) => api.coord([api.value(side), api.value(0)]));
          const height = Math.min(api.size([0, 1])[1] * 0.6, 26);
          const [left, right] = [Math.min(start[0], end[0]), Math.max(start[0], end[0])];
          const position = api.value(0);
          const text = position === 0 || position === last ? write(values[position]) : `${values[position] > 0 ? "+" : ""}${write(values[position])}`;
          return { type: "group", children: [
            { type: "rect", shape: { x: left, y: start[1] - height / 2, width: Math.max(right - left, 2), height, r: 3 }, style: { fill: colour(position) } },
            { type: "text", style: { text, x: right + 6, y: start[1], verticalAlign: "middle", fill: ink(), fontSize: 12 } },
          ] };
        },
      }],
    };
  }

  function donut(data) {
    return {
      color: data.colours || (isDark() ? dark : light),
      tooltip: { ...tooltip(), valueFormatter: writer(data, false) },
      legend: { bottom: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: ink() } },
      series: [{ type: "pie", radius: ["52%", "74%"], center: ["50%", "44%"], label: { show: false }, itemStyle: { borderWidth: 2, borderColor: isDark() ? "#161d25" : "#fff" },
        data: data.labels.map((name, position) => ({ name, value: data.series[0].data[position] })) }],
    };
  }

  function heatmap(data) {
    const most = Math.max(...data.cells.map((cell) => cell[2]), 1);
    const axis = (labels, name) => ({ type: "category", data: labels, name, nameLocation: "middle", nameGap: 28, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: ink() }, nameTextStyle: { color: ink() } });
    return {
      tooltip: { ...tooltip(), formatter: ({ data: cell }) => `${data.x_name} ${data.x[cell[0]]} · ${data.y_name} ${data.y[cell[1]]}<br><b>${writer({}, false)(cell[2])}</b>` },
      grid: { left: 44, right: 8, top: 8, bottom: 44 },
      xAxis: axis(data.x, data.x_name), yAxis: axis(data.y, data.y_name),
      visualMap: { min: 0, max: most, show: false, inRange: { color: isDark() ? ["#18222b", "#115e59", "#2dd4bf"] : ["#f1f5f5", "#99d8d0", "#0f766e"] } },
      series: [{ type: "heatmap", data: data.cells, itemStyle: { borderWidth: 3, borderColor: isDark() ? "#161d25" : "#fff", borderRadius: 6 },
        label: { show: true, formatter: ({ data: cell }) => writer({}, true)(cell[2]), color: "inherit", textBorderWidth: 2, textBorderColor: isDark() ? "#0b1015" : "#fff" } }],
    };
  }

  function rfm(data) {
    const axis = (labels, name) => ({ type: "category", data: labels, name, nameLocation: "middle", nameGap: 26, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: ink() }, nameTextStyle: { color: ink() } });
    const ground = isDark() ? "#161d25" : "#ffffff";
    const most = Math.max(...data.cells.map((cell) => cell.value[2]), 1);
    const mixed = (colour, share) => `#${[1, 3, 5].map((at) => Math.round(parseInt(colour.slice(at, at + 2), 16) * share + parseInt(ground.slice(at, at + 2), 16) * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
    const write = writer({}, false);
    return {
      tooltip: { ...tooltip(), formatter: ({ data: cell }) => `${cell.label}<br><b>${write(cell.value[2])}</b>` },
      grid: { left: 40, right: 4, top: 4, bottom: 40 },
      xAxis: axis(data.x, data.x_name), yAxis: axis(data.y, data.y_name),
      series: [{ type: "heatmap", cursor: "pointer",
        data: data.cells.map((cell) => ({ ...cell, itemStyle: { color: mixed(cell.colour, 0.16 + 0.34 * (cell.value[2] / most)) } })),
        itemStyle: { borderWidth: 4, borderColor: ground, borderRadius: 8 },
        label: { show: true, lineHeight: 16, formatter: ({ data: cell }) => (innerWidth < 700 ? `{n|${write(cell.value[2])}}` : `{n|${write(cell.value[2])}}\n{l|${cell.label.length > 13 ? cell.label.replace(" ", "}\n{l|") : cell.label}}`),
          rich: { n: { fontSize: 15, fontWeight: 600, color: isDark() ? "#e8ecf0" : "#1b2530" }, l: { fontSize: 11, lineHeight: 13, align: "center", overflow: "break", color: isDark() ? "#cdd5dd" : "#3b4652" } } } }],
    };
  }

  // The figures of a budget stacked day by day, its limit as steps, and a fan of what is to come.
  function budget(data) {
    const [accent, warm] = isDark() ? dark : light;
    const by = Object.fromEntries(data.series.map((each) => [each.role, each]));
    const area = (role, opacity) => ({ name: by[role].name, type: "line", stack: "past", data: by[role].data, symbol: "none", lineStyle: { width: 0 }, itemStyle: { color: accent, opacity }, areaStyle: { color: accent, opacity } });
    const ahead = (role, width, type) => ({ name: by[role].name, type: "line", data: by[role].data, symbol: "none", itemStyle: { color: warm }, lineStyle: { width, type, color: warm } });
    const width = by.high.data.map((high, at) => (high === null ? null : high - by.low.data[at]));
    const hidden = (name, values, fill) => ({ name, type: "line", stack: "fan", data: values, symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { width: 0 }, areaStyle: fill ? { color: warm, opacity: 0.18 } : undefined });
    return {
      ...axes(data, "line"), color: undefined,
      legend: { top: 0, right: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: { color: ink() }, data: ["spent", "committed", "reserved", "limit", "middle"].map((role) => by[role].name) },
      grid: { left: 4, right: 20, top: innerWidth < 700 ? 58 : 34, bottom: 4, containLabel: true },
      series: [
        area("spent", 0.85), area("committed", 0.5), area("reserved", 0.25),
        { name: by.limit.name, type: "line", step: "end", data: by.limit.data, symbol: "none", itemStyle: { color: ink() }, lineStyle: { width: 1.5, type: "dashed", color: ink() } },
        hidden("fan-base", by.low.data, false), hidden("fan", width, true),
        ahead("middle", 2, "solid"), ahead("low", 0, "solid"), ahead("high", 0, "solid"),
      ],
    };
  }

  const kinds = { budget, line: (data) => axes(data, "line"), bar: (data, width) => axes(data, "bar", width), funnel, waterfall, donut, heatmap, rfm };

  // Of the element, not of the window: in a window that grew, the columns around it may find their width only later.
  const follow = new ResizeObserver((changes) => changes.forEach(({ target }) => {
    const chart = drawn.get(target);
    if (chart && chart.getWidth() !== target.clientWidth) chart.resize();
  }));

  function draw(element) {
    const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
    const chart = echarts.getInstanceByDom(element) || echarts.init(element, null, { renderer: "svg" });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart.setOption({ animation: !still, animationDuration: 400, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, ...kinds[element.dataset.chart](data, element.clientWidth) }, true);
    if (data.links && !drawn.has(element)) {
      chart.on("click", ({ data: cell }) => { const at = cell.value || cell; const to = data.links[`${at[0]},${at[1]}`]; if (to) location.assign(to); });
    }
    if (!drawn.has(element)) follow.observe(element);
    drawn.set(element, chart);
  }

  const drawAll = (within) => within.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
  document.addEventListener("theme", () => drawAll(document));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(document));
})();
