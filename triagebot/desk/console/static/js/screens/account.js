// One's own: forms that go to the API. Nothing is loaded that a person may not see without a code.
import { startForms } from "../ui/forms.js";
import { startKeys } from "../ui/frame.js";

startKeys({});
startForms();
