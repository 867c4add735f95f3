// What the bot says, as staff edit it: answers, keyword rules, its own sentences, snippets.
import { byId } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { importSheet } from "../ui/answer_sheet.js";
import { loadAnswers, newAnswer, openAnswer } from "../ui/answers.js";
import { showNote, startFrame } from "../ui/frame.js";
import { openRules } from "../ui/rules.js";
import { openSentences } from "../ui/sentences.js";
import { openSnippets } from "../ui/team_snippets.js";
import { complain } from "../ui/toast.js";
import { createTryBox } from "../ui/try_box.js";

const PARTS = { rules: openRules, sentences: openSentences, snippets: openSnippets };

async function open() {
  const [part, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  for (const link of document.querySelectorAll(".parts a")) {
    if (link.hash === `#${part || "answers"}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.querySelector(".answers").dataset.part = part || "answers";
  try {
    if (PARTS[part]) return await PARTS[part]();
    const lines = await loadAnswers();
    showNote(t("answers.count", { n: number(lines.length) }));
    return await openAnswer(rest.join("/"));
  } catch (error) {
    return complain(error.advice ?? String(error), open);
  }
}

addEventListener("hashchange", open);
// Saving keys work while writing, as nothing else could be meant by them.
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const id = event.code === "KeyS" ? "save" : event.shiftKey && event.code === "Enter" && "publish";
  if (!id || !byId(id)) return;
  event.preventDefault();
  byId(id).click();
});
await startFrame({
  write: [
    { keys: ["N"], text: "answers.new", code: "KeyN", run: newAnswer },
    { keys: ["/"], text: "answers.find", symbols: "/、", run: () => byId("find").focus() },
    { keys: ["Ctrl+S"], text: "answers.save" },
    { keys: ["Ctrl+⇧+Enter"], text: "answers.publish" },
    { keys: ["T"], text: "answers.try", code: "KeyT", run: () => byId("try-text").focus() },
  ],
});
byId("do-import")?.addEventListener("click", importSheet);
createTryBox();
if (location.hash === "#try") {
  history.replaceState(null, "", "#answers");
  byId("try-text").focus();
}
open();
