// Fans: who they are and what they did; tags, all that is held of them, and forgetting.
import { call, get } from "../core/api.js";
import { byId, el, fill } from "../core/dom.js";
import { channelOf, exactTime, number, shortTime, t, titleOf } from "../core/i18n.js";
import { base, session } from "../core/page.js";
import { state } from "../core/store.js";
import { openDialog } from "../ui/dialog.js";
import { showNote, showSide, showWork, startFrame } from "../ui/frame.js";
import { complain, say } from "../ui/toast.js";

const mayForget = ["ops", "ml", "admin"].includes(session.agent.role);
// What only somebody asks who has the thing, and what somebody asks who may buy it.
const OWNER = ["order_lookup", "after_sales", "flashing_rom", "delivery", "account"];
const PROSPECT = ["purchase", "product_info", "activity"];
const SHOWN = 40;
const filters = { name: "", tag: "", channel: "" };
const seen = new Set();
let openId = null;

async function load(before = "") {
  const given = Object.entries({ ...filters, before }).filter(([, value]) => value);
  try {
    const page = await get(`/fans?${new URLSearchParams(given)}`);
    const body = byId("fan-rows");
    if (before) body.append(...page.items.map(row));
    else fill(body, ...page.items.map(row));
    for (const { channel } of page.items) {
      if (!seen.has(channel)) byId("known-channels").append(el("option", { value: channel }, channelOf(channel)));
      seen.add(channel);
    }
    byId("fans-none").hidden = body.children.length > 0;
    byId("fans-more").hidden = !page.next;
    byId("fans-more").onclick = () => load(page.next);
    showNote(t("fans.shown", { n: number(body.children.length) }));
  } catch (error) {
    complain(error.advice ?? String(error), () => load(before));
  }
}

function frame() {
  const input = (name, more = {}) => el("label", {}, t(`fans.${name}`), " ", el("input", {
    id: `filter-${name}`, maxlength: 200, ...more,
    on: { change: ({ target }) => { filters[name] = target.value.trim(); load(); } } }));
  const heads = ["fan", "channel", "tags", "came", "first"].map((name) => el("th", { scope: "col" }, t(`fans.${name}`)));
  showWork(el("div", { class: "page" },
    el("form", { class: "filters", on: { submit: (event) => event.preventDefault() } },
      input("name"), input("tag", { list: "known-tags" }), input("channel", { list: "known-channels" }), el("datalist", { id: "known-tags" }), el("datalist", { id: "known-channels" })),
    el("div", { class: "sheet", tabindex: 0, role: "group", "aria-label": t("screen.fans") },
      el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", { id: "fan-rows" }))),
    el("p", { id: "fans-none", class: "nothing", hidden: "" }, t("fans.none")),
    el("button", { type: "button", class: "button", id: "fans-more", hidden: "" }, t("fans.more"))));
  showSide(el("div", { class: "empty" }, el("strong", {}, t("fans.open"))));
  get("/tags").then((tags) => fill(byId("known-tags"), ...tags.map((tag) => el("option", { value: tag.name })))).catch(() => {});
}

function row(fan) {
  return el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link", on: { click: () => open(fan.id) } }, nameOf(fan))),
    el("td", {}, channelOf(fan.channel)),
    el("td", {}, ...fan.tags.flatMap((tag) => [el("span", { class: "pill label" }, tag), " "])),
    el("td", {}, fan.scene || fan.came_by || ""),
    el("td", {}, shortTime(fan.first_at)));
}

const nameOf = (fan) => fan.remark || `…${fan.fan}`;

async function open(id) {
  openId = id;
  try {
    const { fan, conversation_id: talk, messages } = await get(`/fans/${id}`);
    const thread = talk ? (await get(`/conversations/${talk}`)).thread : [];
    if (openId === id) showSide(...draw(fan, talk, messages, thread));
  } catch (error) {
    complain(error.advice ?? String(error));
  }
}

function draw(fan, talk, messages, thread) {
  const facts = [
    ["fans.channel", channelOf(fan.channel)],
    ["fans.first", exactTime(fan.first_at)],
    fan.scene && ["fans.came", fan.scene],
    fan.follows !== null && ["fans.follows", t(fan.follows ? "fans.yes" : "fans.no")],
    ["fans.messages", number(messages)],
  ].filter(Boolean);
  return [
    el("section", { class: "card" }, el("h2", {}, nameOf(fan)),
      ...facts.map(([key, value]) => el("p", { class: "pair" }, el("span", {}, t(key)), el("span", {}, value))),
      tagForm(fan),
      el("div", { class: "row-forms" },
        talk && el("a", { class: "button", href: `${base}/desk#open/${talk}` }, t("fans.talk")),
        mayForget && el("a", { class: "button", href: `/api/v1/fans/${fan.id}/export`, download: "" }, t("fans.export")),
        mayForget && el("button", { type: "button", class: "button", on: { click: () => forget(fan) } }, t("fans.forget")))),
    evidence(thread),
    el("section", { class: "card" }, el("h2", {}, t("fans.timeline")),
      el("ol", { class: "timeline" }, ...thread.slice(-SHOWN).reverse().map(line))),
  ];
}

function line(item) {
  const who = item.from === "system" ? "" : t(`from.${item.from}`);
  const words = item.text || t(`kind.${item.kind}`);
  return el("li", { class: item.from }, el("small", {}, `${exactTime(item.at)} ${who}`), el("span", {}, words));
}

function evidence(thread) {
  const said = thread.filter((item) => item.from === "fan");
  const of = (intents) => said.filter((item) => intents.includes(item.label?.intent ?? item.decision?.intent));
  const [owner, prospect] = [of(OWNER), of(PROSPECT)];
  if (owner.length + prospect.length === 0) return null;
  const isOwner = owner.length >= prospect.length;
  return el("section", { class: "card" },
    el("h2", {}, t(isOwner ? "fans.owner" : "fans.prospect")),
    el("p", { class: "quiet" }, t("fans.evidence", { owner: number(owner.length), prospect: number(prospect.length) })),
    ...(isOwner ? owner : prospect).slice(-3).map((item) => el("p", { class: "quote" }, item.text, " ",
      el("span", { class: "pill" }, titleOf(state.catalogue.intents.get(item.label?.intent ?? item.decision?.intent)?.title)))));
}

function tagForm(fan) {
  const input = el("input", { value: fan.tags.join("、"), "aria-label": t("fans.tags"), maxlength: 600, list: "known-tags" });
  const form = el("form", { class: "tag-form" }, input, el("button", { class: "button" }, t("fans.tags.save")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const tags = [...new Set(input.value.split(/[,，、\s]+/).filter(Boolean))];
    try {
      await call("PUT", `/fans/${fan.id}/tags`, { tags });
      say(t("fans.done"));
      load();
    } catch (error) {
      complain(error.advice ?? String(error));
    }
  });
  return form;
}

function forget(fan) {
  const name = nameOf(fan);
  const input = el("input", { id: "confirm", autocomplete: "off", autofocus: "" });
  const button = el("button", { class: "button primary", disabled: "" }, t("fans.forget"));
  input.addEventListener("input", () => { button.disabled = input.value !== name; });
  const form = el("form", { class: "form" }, el("p", {}, t("fans.forget.sure")), el("label", { for: "confirm" }, t("fans.type", { name })), input, button);
  const close = openDialog({ label: t("fans.forget") }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    close();
    try {
      const { total } = await call("DELETE", `/fans/${fan.id}`);
      say(t("fans.forgotten", { n: number(total) }));
      frame();
      load();
    } catch (error) {
      complain(error.advice ?? String(error));
    }
  });
}

await startFrame({ move: [{ keys: ["/"], text: "fans.name", symbols: "/、", run: () => byId("filter-name").focus() }] });
frame();
await load();
const wanted = new URLSearchParams(location.search).get("fan");
if (wanted) open(wanted);
