// What the rules of WCAG 2.2 AA (RGAA 4) look at in a page, as lists of faults; body of a function of `view`, `page`.
var root = page.documentElement, faults = {};
var all = function (query) { return Array.prototype.slice.call(page.querySelectorAll(query)); };
var style = function (item) { return view.getComputedStyle(item); };
var named = function (item) {
  var id = item.id ? "#" + item.id : "";
  var kind = typeof item.className === "string" ? item.className : "";
  return item.tagName.toLowerCase() + id + (kind ? "." + kind : "") + " '" + (item.textContent || "").trim().slice(0, 30) + "'";
};
var shown = function (item) {
  var box = item.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && style(item).visibility !== "hidden" && !item.closest(".offscreen");
};

// 1.4.3 Contrast of every text against what lies under it.
var colour = function (text) {
  var parts = text.match(/[\d.]+/g).map(Number);
  return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
};
var over = function (top, under) {
  return top.rgb.map(function (value, rank) { return value * top.alpha + under[rank] * (1 - top.alpha); });
};
var light = function (rgb) {
  var linear = rgb.map(function (value) {
    value /= 255;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
var ratio = function (one, other) {
  var a = light(one), b = light(other);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
var ground = function (item) {
  var chain = [];
  for (var at = item; at; at = at.parentElement) { chain.unshift(colour(style(at).backgroundColor)); }
  return chain.reduce(function (under, top) { return over(top, under); }, [255, 255, 255]);
};
var texts = 0, lowest = 99;
faults.contrast = [];
var walker = page.createTreeWalker(page.body, 4);
while (walker.nextNode()) {
  var item = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || item.closest("script, style, title, desc, .map") || !shown(item)) { continue; }
  var css = style(item), size = parseFloat(css.fontSize), bold = Number(css.fontWeight) >= 700;
  var ink = colour(item.closest("svg") ? css.fill : css.color), under = ground(item.closest("svg") ? item.closest("svg").parentElement : item);
  var found = ratio(over(ink, under), under), least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
  texts += 1;
  lowest = Math.min(lowest, found);
  if (found < least) { faults.contrast.push(named(item) + " " + found.toFixed(2)); }
}
// 1.4.11 Borders of controls and of bars.
faults.edges = [];
all(".choice span, .button").forEach(function (control) {
  if (ratio(colour(style(control).borderTopColor).rgb, [255, 255, 255]) < 3) { faults.edges.push(named(control)); }
});
all(".chart .frame").forEach(function (bar) {
  if (ratio(colour(style(bar).stroke).rgb, [255, 255, 255]) < 3) { faults.edges.push("bar"); }
});

// 2.1.1, 2.4.3, 2.4.7, 4.1.2 Keyboard: order, name and visible focus of every stop.
var stops = all("a[href], button, input, select, textarea, summary, [tabindex]").filter(function (stop) { return stop.tabIndex >= 0 && style(stop).visibility !== "hidden" && style(stop).display !== "none" && stop.offsetParent !== null; });
faults.order = stops.filter(function (stop) { return stop.tabIndex > 0; }).map(named);
faults.names = stops.filter(function (stop) {
  var label = stop.getAttribute("aria-label") || "";
  Array.prototype.forEach.call(stop.labels || [], function (item) { label += item.textContent; });
  return !(label + (stop.matches("[role=region]") ? "" : stop.textContent)).trim();
}).map(named);
faults.focus = stops.filter(function (stop) {
  stop.focus({ preventScroll: true });
  var drawn = stop.matches(".choice input") ? stop.nextElementSibling : stop;
  return page.activeElement !== stop || style(drawn).outlineStyle === "none" || parseFloat(style(drawn).outlineWidth) < 2;
}).map(named);
faults.unseen = stops.filter(function (stop) { return !stop.matches(".skip") && !shown(stop); }).map(named);
faults.size = stops.filter(function (stop) {
  var box = stop.getBoundingClientRect();
  return stop.matches("button, input, nav a") && shown(stop) && !stop.matches("[type=checkbox], .sort, [type=range]") && Math.min(box.width, box.height) < 24;
}).map(named);

// 1.1.1 Text alternatives.
var spoken = function (item) {
  return (item.getAttribute("aria-labelledby") || "").split(" ").map(function (id) {
    var label = id && page.getElementById(id);
    return label ? label.textContent.trim() : "";
  }).join(" ");
};
faults.pictures = all("[role=img]").filter(function (item) { return spoken(item).split(/\s+/).length < 6; }).map(named);
faults.pictures = faults.pictures.concat(all("img").filter(function (item) { return (item.alt || "").length < 10; }).map(named));
faults.pictures = faults.pictures.concat(all("svg").filter(function (item) {
  return !item.closest("[role=img]") && !item.closest("[aria-hidden=true]");
}).map(named));

// 1.3.1 Tables, headings, landmarks.
faults.tables = [];
all("table").forEach(function (table) {
  var wide = table.tHead.rows[0].cells.length, label = table.caption ? table.caption.textContent.trim() : "";
  if (!label) { faults.tables.push("no caption: " + named(table)); }
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) {
    if (cell.tagName !== "TH" || cell.scope !== "col" || !cell.textContent.trim()) { faults.tables.push("head of " + label); }
  });
  Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
    if (row.cells.length !== wide || row.cells[0].scope !== "row") { faults.tables.push("row of " + label); }
  });
});
var levels = all("h1, h2, h3, h4, h5, h6").map(function (head) { return Number(head.tagName[1]); });
faults.headings = levels.filter(function (level, rank) { return rank ? level - levels[rank - 1] > 1 : level !== 1; });
faults.landmarks = [];
["header", "nav[aria-label]", "main", "footer"].forEach(function (query) {
  if (all(query).length !== 1) { faults.landmarks.push(query); }
});
all("main section").forEach(function (part) { if (!spoken(part)) { faults.landmarks.push(named(part)); } });
if (!stops[0].matches(".skip") || !page.querySelector("main" + stops[0].getAttribute("href"))) { faults.landmarks.push("skip"); }
faults.links = all('a[href^="#"]').filter(function (link) { return !page.getElementById(link.getAttribute("href").slice(1)); }).map(named);
faults.ids = all("[id]").map(function (item) { return item.id; }).filter(function (id, rank, ids) { return ids.indexOf(id) !== rank; });

// 1.4.10 Reflow: nothing wider than the screen, tables scroll by themselves.
faults.overflow = all("body *").filter(function (item) {
  return item.getBoundingClientRect().right > root.clientWidth + 1 && !item.closest(".scroll, .map, .offscreen, .chart svg");
}).map(named);
if (root.scrollWidth > root.clientWidth) { faults.overflow.push("page " + root.scrollWidth + " > " + root.clientWidth); }

return {
  faults: faults,
  texts: texts,
  lowest: lowest,
  stops: stops.length,
  pictures: all("[role=img], img").length,
  tables: all("table").length,
  stacked: all("table.stack").every(function (table) { return table.getAttribute("role") === "table" && table.querySelector("tbody td").getAttribute("role") === "cell"; }),
  motion: style(root).scrollBehavior,
  dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
  calm: view.matchMedia("(prefers-reduced-motion: reduce)").matches,
  ground: style(page.body).backgroundColor
};
