// Dialogs that are seldom opened are loaded when they first are.

/** Open a person's own choices. */
export const openSettings = async () => (await import("./settings.js")).openSettings();

/** Open the sheet of shortcuts. */
export const openSheet = async () => (await import("./sheet.js")).openSheet();
