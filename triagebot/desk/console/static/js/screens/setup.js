// The settings are only read here.
import { startFrame } from "../ui/frame.js";

startFrame({});
