/* The keys of the keeper's page: one for each view, and F8 for what the view is there for,
 * as at the station. Letters and figures belong to the barcode reader. */
export const viewKeys = {
    desk: 'F1', intake: 'F2', holders: 'F3', volumes: 'F4', slots: 'F6', loans: 'F7', stocktake: 'F9', qc: 'F10',
    retention: 'F11', trolleys: 'F12',
};

export const FINISH = 'F8';

/* The view that this key leads to; undefined for none. */
export function viewOf(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return undefined;
    return Object.keys(viewKeys).find((name) => viewKeys[name] === event.key);
}
