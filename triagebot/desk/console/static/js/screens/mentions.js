// Notes that name the reader are drawn by the server; times are told in the reader's own zone.
import { exactTime } from "../core/i18n.js";
import { startFrame } from "../ui/frame.js";

for (const time of document.querySelectorAll("#work time")) time.textContent = exactTime(time.dateTime);
startFrame({});
