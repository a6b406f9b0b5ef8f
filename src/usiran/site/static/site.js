// What pages do beyond showing: keys, copying, filters. Nothing is fetched but scripts of this folder.
"use strict";
const usiran = (() => {
  document.documentElement.classList.add("on");
  const $ = (query, from = document) => from.querySelector(query);
  const $$ = (query, from = document) => [...from.querySelectorAll(query)];
  const root = () => document.body.dataset.root;

  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    if (text !== "") made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  const copy = async (text, button) => {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page opened from the disk may not be let: the old way works there.
      const area = element("textarea", "", { class: "vh", "aria-hidden": "true" });
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    button.dataset.copied = text;
    button.textContent = "copied";
    setTimeout(() => { button.textContent = before; }, 1200);
  };

  const save = (name, text) => {
    const link = element("a", "", { download: name });
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // A cell that begins like a formula would be one to a spreadsheet; a number is none.
  const safe = (cell) => /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell) && !/^[+-]?[\d.]+$/.test(cell) ? `'${cell}` : cell;
  const quoted = (cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const csv = (rows) => rows.map((row) => row.map((cell) => quoted(safe(String(cell)))).join(",") + "\n").join("");

  // Copies of tables: what is drawn has no words, and is left out.
  const cells = (table) => $$("tr", table).map((row) =>
    $$("th, td", row).filter((cell) => !cell.classList.contains("drawn"))
      .map((cell) => cell.textContent.trim().replace(/\s+/g, " ")));
  const markdown = (rows) => rows.map((row, at) => {
    const line = `| ${row.map((cell) => cell.replace(/[\\`*_~$|[\]<>]/g, "\\$&")).join(" | ")} |`;
    return at ? line : `${line}\n|${"---|".repeat(row.length)}`;
  }).join("\n") + "\n";

  const tables = () => {
    for (const table of $$("table[data-copy]")) {
      const place = element("p", "", { class: "copies" });
      for (const [name, write] of [["CSV", csv], ["Markdown", markdown]]) {
        const button = element("button", `Copy as ${name}`, { type: "button", "data-form": name });
        button.addEventListener("click", () => copy(write(cells(table)), button));
        place.append(button);
      }
      table.parentElement.after(place);
    }
  };

  // A citation names the unit, the version of the data and the text it stands in.
  const cite = (button) => {
    const article = $("article"), { corpus, version } = document.body.dataset;
    const id = article.dataset.article + button.dataset.cite;
    return `${corpus} ${version}, ${id}, text sha256 ${article.dataset.sha}`;
  };

  const reading = () => {
    const sentences = $$(".s");
    let now = -1, mark = null;
    // Who has scrolled away goes on from what is on the screen; false where that was needed.
    const settled = () => {
      const place = now < 0 ? null : sentences[now].getBoundingClientRect();
      if (place && place.bottom > 0 && place.top < innerHeight) return true;
      const first = sentences.findIndex((s) => s.getClientRects().length && s.getBoundingClientRect().top >= 0);
      now = first < 0 ? sentences.length - 1 : first;
      mark = null;
      return false;
    };
    const go = (step) => {
      if (settled()) now = Math.max(0, Math.min(sentences.length - 1, now + step));
      sentences[now].focus({ preventScroll: true });
      sentences[now].scrollIntoView({ block: "center" });
      history.replaceState(null, "", `#${sentences[now].id}`);
    };
    const show = (found) => {
      $$(".m.here, .m.agent, .m.recipient").forEach((old) => old.classList.remove("here", "agent", "recipient"));
      if (!found) return;
      found.classList.add("here");
      for (const role of ["agent", "recipient"]) {
        for (const id of (found.dataset[`${role}s`] || "").split(" ").filter(Boolean)) {
          document.getElementById(id)?.classList.add(role);
        }
      }
    };
    const step = (by) => {
      settled();
      const marks = $$(".text .m[id]");
      const from = mark ? marks.indexOf(mark) : marks.findIndex((m) => m.closest(".s") === sentences[now]) - (by > 0 ? 1 : 0);
      mark = marks[Math.max(0, Math.min(marks.length - 1, from + by))];
      show(mark);
      mark.scrollIntoView({ block: "center" });
      now = sentences.indexOf(mark.closest(".s"));
    };
    const target = () => {
      const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!found) return;
      const sentence = found.closest(".s");
      if (sentence) now = sentences.indexOf(sentence);
      if (found.classList.contains("m")) show(mark = found);
    };
    addEventListener("hashchange", target);
    target();
    document.addEventListener("pointerover", (event) => {
      const found = event.target.closest?.(".text .m.event[id]");
      if (found) show(found);
    });
    document.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-cite]");
      if (button) copy(cite(button), button);
      const sentence = event.target.closest(".s");
      if (sentence) { now = sentences.indexOf(sentence); mark = null; }
    });
    return {
      j: () => { mark = null; go(1); },
      k: () => { mark = null; go(-1); },
      n: () => step(1),
      p: () => step(-1),
      o: () => { settled(); const more = sentences[now]?.querySelector("details"); if (more) more.open = !more.open; },
    };
  };

  // Which kinds are shown stands in the address, and in the links to the other pages of the same.
  const kinds = () => {
    const box = $("#kinds");
    if (!box) return;
    const inputs = $$("input", box), asked = new URLSearchParams(location.search).get("kinds");
    for (const input of inputs) input.checked = asked === null || asked.split(",").includes(input.value);
    const query = (also = "") => {
      const shown = inputs.filter((input) => input.checked || input.value === also);
      return shown.length === inputs.length ? "" : `?kinds=${shown.map((input) => input.value).join(",")}`;
    };
    const apply = () => {
      for (const input of inputs) {
        for (const row of $$(`.diff.is-${input.value}`)) row.classList.toggle("away", !input.checked);
      }
      for (const link of $$("a[data-keep]")) {
        const [page, place] = link.getAttribute("href").split("#");
        link.setAttribute("href", page.split("?")[0] + query(link.dataset.keep) + (place ? `#${place}` : ""));
      }
      for (const count of $$("[data-shown]")) {
        const rows = $$(".diff:not(.away)", count.closest("section")).length;
        count.textContent = query() ? `; ${rows} of them shown` : "";
      }
      history.replaceState(null, "", location.pathname.split("/").pop() + query() + location.hash);
    };
    box.addEventListener("change", apply);
    apply();
    if (asked !== null) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  };

  const rules = () => {
    const input = $("#rules");
    input?.addEventListener("input", () => {
      const words = input.value.toLowerCase();
      let shown = 0;
      for (const block of $$(".prose > :is(p, ul, ol, .wide, pre), .prose > :is(ul, ol) > li")) {
        const hit = block.textContent.toLowerCase().includes(words);
        block.classList.toggle("away", words !== "" && !hit);
        if (hit && block.matches("li, p")) shown += 1;
      }
      $("#rules-count").textContent = words ? `${shown} passages` : "";
    });
  };

  // Explore: names stand once in the index, articles as lists in shards.
  const explore = { index: null, rows: [], left: -1, waiting: [] };
  const index = (found) => { explore.index = found; explore.left = found.shards; };
  const take = (articles) => {
    const { names } = explore.index;
    for (const [id, published, sentences] of articles) {
      for (const [no, text, zone, stance, holder, source, voice, flags, actors, deeds] of sentences) {
        explore.rows.push({
          id: `${id}#${no}`, article: id, no, text,
          month: (published.includes("/") ? published : published.slice(0, 7)) || "-", 
          zone: names.zone[zone], stance: names.stance[stance] || "", holder: names.holder[holder] || "",
          source: names.affiliation[source] || "", voice: names.actor[voice] || "",
          parted: [flags & 4 && "stance", flags & 8 && "holder"].filter(Boolean).join(", "),
          flags: [flags & 1 && "contested", flags & 2 && "garbled"].filter(Boolean),
          actors: actors.map((a) => names.actor[a]),
          deeds: deeds.map(([words, type, quad, mode, group, agents, recipients]) => ({
            words, type: names.type[type], quad: names.quad[quad], mode: names.mode[mode],
            group: group.startsWith("@") ? id + group : group,
            agents: agents.map(([side, actor]) => [names.affiliation[side] || "", names.actor[actor] || ""]),
            recipients: recipients.map(([side, actor]) => [names.affiliation[side] || "", names.actor[actor] || ""]),
          })),
        });
      }
    }
    explore.left -= 1;
    if (explore.left === 0) { explore.waiting.forEach((then) => then()); explore.waiting = []; }
  };
  const load = (then) => {
    if (explore.left === 0) return then();
    explore.waiting.push(then);
    if (explore.waiting.length > 1) return;
    for (let shard = 0; shard < explore.index.shards; shard += 1) {
      document.head.append(element("script", "", { src: `data/${shard}.js` }));
    }
  };

  const OF_SENTENCE = ["article", "month", "stance", "holder", "source", "zone"];
  const OF_EVENT = ["agent", "recipient", "quad", "type", "mode"];
  const has = (ends, side) => side === "-" ? !ends.length : ends.some(([own]) => own === side);
  const fits = (deed, wanted) =>
    (!wanted.agent || has(deed.agents, wanted.agent)) &&
    (!wanted.recipient || has(deed.recipients, wanted.recipient)) &&
    ["quad", "type", "mode"].every((key) => !wanted[key] || deed[key] === wanted[key]);
  // A word is found where words begin with it, a phrase in quotes as it stands.
  const patterns = (query) => [...(query || "").matchAll(/["“]([^"“”]+)["”]?|[^\s"“”]+/g)].map(([word, phrase]) => {
    const said = (phrase || word).trim().replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/['’]/g, "['’]").replace(/\s+/g, "\\s+");
    const before = /^[\p{L}\p{N}]/u.test(said) ? "(?<![\\p{L}\\p{N}])" : "";
    const after = phrase && /[\p{L}\p{N}]$/u.test(said) ? "(?![\\p{L}\\p{N}])" : "";
    return before + said + after;
  });
  const matches = (wanted) => {
    const words = patterns(wanted.q).map((pattern) => new RegExp(pattern, "iu"));
    const byEvent = OF_EVENT.some((key) => wanted[key]);
    const hits = [];
    for (const row of explore.rows) {
      if (!words.every((word) => word.test(row.text))) continue;
      if (!OF_SENTENCE.every((key) => !wanted[key] || row[key] === wanted[key])) continue;
      if (wanted.flag && !row.flags.includes(wanted.flag)) continue;
      if (wanted.actor && row.voice !== wanted.actor && !row.actors.includes(wanted.actor)) continue;
      const deeds = row.deeds.filter((deed) => fits(deed, wanted));
      if (byEvent && !deeds.length) continue;
      hits.push([row, deeds]);
    }
    return hits;
  };

  const filters = () => {
    const form = $("#filters");
    if (!form) return;
    // Nobody named and no date are no choices of the lists, but cells of the tables.
    const set = (field, value) => {
      if (value === "-" && field.options && ![...field.options].some((option) => option.value === "-")) {
        field.append(new Option(field.name === "month" ? "no date" : "nobody named", "-"));
      }
      field.value = value;
    };
    const address = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : location.search);
    for (const [key, value] of address) {
      const field = form.elements[key];
      if (!field) continue;
      set(field, value);
    }
    let hits = [], shown = 0;
    const wanted = () => Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
    const written = (row, words) => {
      const item = element("li", ""), ref = element("p", "", { class: "ref" });
      const link = element("a", `${explore.index.articles[row.article]} `, { href: `articles/${row.article}.html#${row.no}` });
      link.append(element("span", row.no, { class: "no" }));
      ref.append(link);
      if (row.stance) {
        const side = document.body.dataset.stances.split("|").indexOf(row.stance);
        ref.append(" ", element("span", row.stance, { class: `chip side${side}` }));
      }
      if (row.holder) ref.append(" ", element("span", [row.holder, row.source].filter(Boolean).join(" "), { class: "side" }));
      for (const flag of row.flags) {
        const what = flag === "contested" && row.parted ? `${row.parted} ` : "";
        ref.append(" ", element("span", what + flag, { class: "flag" }));
      }
      const text = element("p", "", { class: "words" });
      let place = 0;
      for (const { 0: word, index: at } of words ? row.text.matchAll(words) : []) {
        text.append(row.text.slice(place, at), element("mark", word));
        place = at + word.length;
      }
      text.append(row.text.slice(place));
      item.append(ref, text);
      return item;
    };
    const more = () => {
      const any = patterns(wanted().q).join("|"), words = any && new RegExp(any, "giu");
      $("#list").append(...hits.slice(shown, shown + 100).map(([row]) => written(row, words)));
      shown = Math.min(hits.length, shown + 100);
      $("#rest").hidden = shown >= hits.length;
    };
    const recount = () => {
      const [cells, tally, monthly, told] = [new Map(), new Map(), new Map(), new Map()];
      const add = (map, key, thing) => { if (!map.has(key)) map.set(key, new Set()); map.get(key).add(thing); };
      const quads = explore.index.names.quad;
      for (const [row, deeds] of hits) {
        for (const actor of row.actors) add(tally, `${actor}|0`, row.id);
        if (row.voice) add(tally, `${row.voice}|3`, row.id);
        for (const deed of deeds) {
          const ends = [deed.agents, deed.recipients].map((end) => end.length ? end : [["", ""]]);
          for (const [agent] of ends[0]) for (const [recipient] of ends[1]) add(cells, `${agent}|${recipient}|${deed.quad}`, deed.group);
          for (const [, actor] of deed.agents) add(tally, `${actor}|1`, deed.group);
          for (const [, actor] of deed.recipients) add(tally, `${actor}|2`, deed.group);
          add(monthly, `${row.month}|${quads.indexOf(deed.quad)}`, deed.group);
          add(told, row.article, deed.group);
        }
      }
      const size = (map, key) => map.get(key)?.size || 0;
      for (const cell of $$("[data-cell]")) {
        const count = size(cells, cell.dataset.cell);
        cell.lastChild.textContent = count;
        cell.classList.toggle("away", !count);
      }
      for (const line of $$("[data-actor]")) {
        const counts = [0, 1, 2, 3].map((at) => size(tally, `${line.dataset.actor}|${at}`));
        $$("td.num > *", line).forEach((cell, at) => { cell.textContent = counts[at]; });
        line.classList.toggle("away", !counts.some(Boolean));
      }
      for (const line of $$("[data-month]")) {
        const counts = quads.map((_, at) => size(monthly, `${line.dataset.month || "-"}|${at}`));
        $$("td.num > *", line).forEach((cell, at) => { cell.textContent = counts[at]; });
        // The scale stays: a bar is then shorter by what the filter leaves out.
        let x = 0;
        $$("rect", line).forEach((bar, at) => {
          const width = 160 * counts[at] / $("#time table").dataset.most;
          bar.setAttribute("x", x);
          bar.setAttribute("width", width);
          x += width;
        });
        for (const count of $$("[data-in]", line)) count.textContent = size(told, count.dataset.in);
      }
    };
    const apply = () => {
      const now = wanted(), any = Object.keys(now).length > 0;
      for (const field of form.elements) field.classList?.toggle("set", Boolean(field.name && field.value));
      history.replaceState(null, "", any ? `#${new URLSearchParams(now)}` : location.pathname.split("/").pop());
      $("#results").hidden = !any;
      load(() => {
        const began = performance.now();
        hits = matches(now);
        document.body.dataset.took = performance.now() - began;
        shown = 0;
        $("#list").replaceChildren();
        $("#count").textContent = `${hits.length} ${hits.length === 1 ? "sentence" : "sentences"}`;
        $("#nothing").hidden = hits.length > 0;
        if (any) more();
        recount();
        document.body.dataset.shown = any ? hits.length : "";
      });
    };
    form.addEventListener("input", apply);
    form.addEventListener("change", apply);
    form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
    form.addEventListener("reset", () => setTimeout(apply));
    $("#rest").addEventListener("click", more);
    $("#link").addEventListener("click", (event) => copy(location.href, event.target));
    $("#csv").addEventListener("click", () => load(() => {
      hits = matches(wanted());
      const ends = (end) => end.map(([side, actor]) => actor || side).join("+");
      const head = ["sentence_id", "zone", "stance", "holder", "source", "text", "events"];
      const rows = hits.map(([row, deeds]) => [row.id, row.zone, row.stance, row.holder, row.source, row.text,
        deeds.map((d) => `${ends(d.agents)}>${d.type}>${ends(d.recipients)}`).join("; ")]);
      save("sentences.csv", csv([head, ...rows]));
    }));
    const narrow = (event, values) => {
      if (!Object.keys(wanted()).length) return;
      // With a filter the number is of fewer sentences than its page has: they are listed here.
      event.preventDefault();
      for (const [name, value] of Object.entries(values)) set(form.elements[name], value);
      apply();
      $("#results").scrollIntoView();
    };
    $("#actors").addEventListener("click", (event) => {
      const line = event.target.closest("td.num a")?.closest("[data-actor]");
      if (line) narrow(event, { actor: line.dataset.actor });
    });
    $("#matrix").addEventListener("click", (event) => {
      const cell = event.target.closest("[data-cell]");
      if (!cell) return;
      const [agent, recipient, quad] = cell.dataset.cell.split("|");
      narrow(event, { agent: agent || "-", recipient: recipient || "-", quad });
    });
    $("#time").addEventListener("click", (event) => {
      const link = event.target.closest("td.num a");
      if (!link) return;
      const line = link.closest("[data-month]");
      const quad = explore.index.names.quad[$$("td.num", line).indexOf(link.parentElement)];
      narrow(event, { month: line.dataset.month || "-", quad });
    });
    if ([...address].some(([key, value]) => value && form.elements[key])) apply();
  };

  const keys = (own) => document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "/") {
      event.preventDefault();
      ($("#filters input[name=q]") || $("#q") || $(".find input")).focus();
    } else if (event.key === "?") {
      $("#help").showModal();
    } else if (own[event.key]) {
      event.preventDefault();
      own[event.key]();
    }
  });

  document.addEventListener("DOMContentLoaded", () => {
    tables();
    kinds();
    rules();
    filters();
    for (const button of $$("button[data-copies]")) {
      button.addEventListener("click", () => copy(document.getElementById(button.dataset.copies).textContent, button));
    }
    keys($("body.reading") ? reading() : {});
  });
  return { index, take };
})();
