// Reports need no script; the frame's keys and buttons do.
import { startFrame } from "../ui/frame.js";

startFrame({});
