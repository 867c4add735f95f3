// What intents and answers there are, as the model that serves knows them.
import { get } from "./api.js";
import { update } from "./store.js";

/** Fetch the catalogue and tell whoever draws it. */
export async function loadCatalogue() {
  const { intents, answers, model, facts } = await get("/catalogue");
  const catalogue = {
    intents: new Map(intents.map((each) => [each.name, each])),
    answers: new Map(answers.map((each) => [each.id, each])),
    model,
    facts,
  };
  update({ catalogue }, "catalogue");
}
