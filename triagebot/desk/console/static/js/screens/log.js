// The log is read; its filter is a plain form.
import { startFrame } from "../ui/frame.js";

startFrame({});
