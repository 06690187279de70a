/* Comfort only: without it both vintages lie side by side and every table is in its first order. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");

  function setSplit(percent) {
    var bounded = Math.max(0, Math.min(100, percent));
    root.style.setProperty("--split", bounded + "%");
    document.querySelectorAll(".slider input[type=range]").forEach(function (input) {
      input.value = String(Math.round(bounded));
      input.setAttribute("aria-valuetext", input.dataset.valueText.replace("{percent}", String(Math.round(bounded))));
    });
  }

  document.querySelectorAll(".slider").forEach(function (slider) {
    var viewer = slider.closest(".viewer");
    var pairs = viewer.querySelectorAll(".pair");
    pairs.forEach(function (pair) { pair.classList.add("swipe"); });
    slider.querySelector("input").addEventListener("input", function (event) { setSplit(Number(event.target.value)); });
    slider.querySelector("button").addEventListener("click", function (event) {
      var side = pairs[0].classList.contains("swipe");
      pairs.forEach(function (pair) { pair.classList.toggle("swipe", !side); });
      slider.classList.toggle("off", side);
      event.currentTarget.setAttribute("aria-pressed", String(side));
    });
    pairs.forEach(function (pair) {
      function follow(event) {
        if (!pair.classList.contains("swipe")) { return; }
        var box = pair.getBoundingClientRect();
        setSplit(100 * (event.clientX - box.left) / box.width);
      }
      pair.addEventListener("pointerdown", follow);
      pair.addEventListener("pointermove", function (event) { if (event.buttons & 1) { follow(event); } });
    });
  });
  setSplit(50);

  document.querySelectorAll("table.sortable").forEach(function (table) {
    var body = table.tBodies[0];
    table.querySelectorAll("thead th").forEach(function (head, column) {
      if (head.colSpan > 1) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") !== "descending";
        table.querySelectorAll("thead th").forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        var rows = Array.prototype.slice.call(body.rows).filter(function (row) { return !row.classList.contains("total"); });
        var last = Array.prototype.slice.call(body.rows).filter(function (row) { return row.classList.contains("total"); });
        rows.sort(function (left, right) {
          var a = left.cells[column], b = right.cells[column], order;
          if (a.dataset.value !== undefined && b.dataset.value !== undefined) {
            order = Number(a.dataset.value) - Number(b.dataset.value);
          } else {
            order = a.textContent.localeCompare(b.textContent, root.lang);
          }
          return down ? -order : order;
        });
        rows.concat(last).forEach(function (row) { body.appendChild(row); });
      });
    });
  });

  // A narrow screen lays the rows of these tables out as blocks, and browsers then forget that they are tables.
  function role(found, name) { Array.prototype.forEach.call(found, function (item) { item.setAttribute("role", name); }); }
  document.querySelectorAll("table.stack").forEach(function (table) {
    role([table], "table");
    role(table.querySelectorAll("thead, tbody"), "rowgroup");
    role(table.rows, "row");
    role(table.querySelectorAll("thead th"), "columnheader");
    role(table.querySelectorAll("tbody th"), "rowheader");
    role(table.querySelectorAll("td"), "cell");
  });

  // What does not scroll needs no stop of the Tab key.
  function stops() {
    document.querySelectorAll(".scroll").forEach(function (area) {
      if (area.scrollWidth > area.clientWidth) { area.tabIndex = 0; } else { area.removeAttribute("tabindex"); }
    });
  }
  stops();
  window.addEventListener("resize", stops);

  document.querySelectorAll("[data-site]").forEach(function (row) {
    var marks = document.querySelectorAll('.mark[data-mark="' + row.dataset.site + '"]');
    function light(on) { marks.forEach(function (mark) { mark.classList.toggle("lit", on); }); }
    row.addEventListener("pointerenter", function () { light(true); });
    row.addEventListener("pointerleave", function () { light(false); });
  });
})();
