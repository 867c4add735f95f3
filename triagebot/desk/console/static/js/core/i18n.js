// Words, numbers and times in the language of the page.
import { language, messages } from "./page.js";

const LOCALE = language === "zh" ? "zh-CN" : "en-GB";
const format = (parts) => new Intl.DateTimeFormat(LOCALE, parts);
const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndMonth = format({ month: "short", day: "numeric" });
const weekday = format({ month: "long", day: "numeric", weekday: "long" });
const exact = format({ dateStyle: "medium", timeStyle: "medium" });
const whole = new Intl.NumberFormat(LOCALE);
const twoPlaces = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const share = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 1 });
const signed = new Intl.NumberFormat(LOCALE, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: "always",
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Return the sentence of a key with `{name}` filled in; an unknown key shows itself. */
export function t(key, values = {}) {
  const sentence = messages[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (found, name) => values[name] ?? found);
}

/** Return the sentence of the first key that exists: server words come and go. */
export function tAny(...keys) {
  return t(keys.find((key) => key in messages) ?? keys.at(-1));
}

/** Return where somebody writes, in words: "wechat:main" is the account main of WeChat. */
export function channelOf(channel) {
  const [kind, account] = channel.split(":");
  return [tAny(`channel.${kind}`, kind), account].filter(Boolean).join(" · ");
}

/** Return a title given by language, as intents have. */
export function titleOf(titles) {
  return titles?.[language] ?? titles?.en ?? "";
}

export const number = (value) => whole.format(value);
export const score = (value) => twoPlaces.format(value);
export const percent = (value) => share.format(value);
export const weight = (value) => signed.format(value);

/** "14:05" today, "3 Nov" before. */
export function shortTime(iso) {
  const time = new Date(iso);
  return isSameDay(time, new Date()) ? clock.format(time) : dayAndMonth.format(time);
}

export const hourOf = (iso) => clock.format(new Date(iso));
export const exactTime = (iso) => exact.format(new Date(iso));

/** The words of a day that divide a thread. */
export function dayOf(iso) {
  const time = new Date(iso);
  const now = new Date();
  if (isSameDay(time, now)) return t("time.today");
  if (isSameDay(time, new Date(now - DAY))) return t("time.yesterday");
  return weekday.format(time);
}

export function isSameDay(one, other) {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** A span in its largest unit: "12 min". */
export function span(milliseconds) {
  const past = Math.max(0, milliseconds);
  if (past < MINUTE) return t("time.moment");
  if (past < HOUR) return t("time.minutes", { n: Math.floor(past / MINUTE) });
  if (past < 2 * DAY) return t("time.hours", { n: Math.floor(past / HOUR) });
  return t("time.days", { n: Math.floor(past / DAY) });
}

/** A span to the second, while it is short. */
export function seconds(milliseconds) {
  if (milliseconds >= MINUTE) return span(milliseconds);
  return t("time.seconds", { n: Math.max(0, Math.floor(milliseconds / 1000)) });
}

export const since = (iso) => span(Date.now() - new Date(iso));
