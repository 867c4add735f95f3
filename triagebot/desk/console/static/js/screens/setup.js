// Settings: forms that go to the API.
import { startForms } from "../ui/forms.js";
import { startFrame } from "../ui/frame.js";

startFrame({});
startForms();
