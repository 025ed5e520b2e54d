// Draws a chart beside its table, from what the table says. Without a script the table stands alone.
"use strict";

const INK = getComputedStyle(document.documentElement);
const colour = (name) => INK.getPropertyValue(name).trim();
const CATEGORIES = { bar: "yAxis", line: "xAxis" };

for (const chart of document.querySelectorAll("figure.chart")) {
  const cells = [...chart.querySelectorAll("td[data-value]")];
  const names = cells.map((cell) => cell.closest("tr").querySelector("th").textContent.trim());
  const values = cells.map((cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value)));
  const plot = chart.querySelector(".plot");
  const kind = chart.dataset.kind;
  plot.hidden = false;
  if (kind === "bar") plot.style.height = `${3 + 2 * names.length}rem`;
  const axes = { xAxis: { type: "value" }, yAxis: { type: "value" } };
  axes[CATEGORIES[kind]] = { type: "category", data: names, inverse: kind === "bar" };
  const drawn = echarts.init(plot);
  drawn.setOption({
    animation: false,
    color: [colour("--deed")],
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("--ink") },
    grid: { left: 8, right: 24, top: 16, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText" },
    ...axes,
    series: [{ type: kind, data: values, barMaxWidth: 24, symbolSize: 8 }],
  });
  addEventListener("resize", () => drawn.resize());
}
