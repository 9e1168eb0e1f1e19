/* The keys of the station: what each does, which key that is, and which may be chosen.
 *
 * A key is written as a person reads it: "F2", "R", "PageUp", "Ctrl+K". Letters that
 * begin a label, and figures, belong to the barcode reader and cannot be chosen. */
const groups = {
    work: { start: 'F2', stop: 'F4', review: 'F6', finish: 'F8', next: 'F10' },
    look: { look: 'F3', prev: 'PageUp', after: 'PageDown', zoomin: '+', zoomout: '-' },
    fix: {
        redo: 'R', insert: 'I', remove: 'Delete', place: 'Y', turn: 'X', turnback: 'Z', again: 'A',
        row: 'H', title: 'N', blank: 'K', keep: 'W', mended: 'O', right: 'G', rewind: 'E', backs: 'D', backsall: 'J', good: 'Q', undo: 'U',
    },
    desk: { help: 'F1', shift: 'F7', lock: 'L', sound: 'F9' },
};

export const keyGroups = Object.entries(groups).map(([name, keys]) => [name, Object.keys(keys)]);
export const usualKeys = Object.assign({}, ...Object.values(groups));

const readers = /^[VMTSPBC0-9]$/;
const browsers = new Set(['Tab', 'Enter', 'Escape', 'Space', 'F5', 'F11', 'F12']);
const silent = new Set(['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Process', 'Unidentified', 'Dead']);

/* How the key of an event is written; '' for one that is none by itself. Under a Chinese
 * input method the place on the keyboard tells the letter. */
export function keyName(event) {
    let name = event.key;
    if (name === 'Process') name = event.code.replace(/^Key(?=.$)/, '');
    if (silent.has(name)) return '';
    if (name === ' ') name = 'Space';
    if (name.length === 1) name = name.toUpperCase();
    if (name === '=') name = '+';
    const held = `${event.ctrlKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}`;
    return held + (event.shiftKey && name.length > 1 ? `Shift+${name}` : name);
}

/* The keys of this station: its own choice over the usual ones. */
export function keysOf(chosen = {}) {
    return { ...usualKeys, ...Object.fromEntries(Object.entries(chosen).filter(([act]) => Object.hasOwn(usualKeys, act))) };
}

export function actionOf(keys, event) {
    const name = keyName(event);
    return name && Object.keys(keys).find((act) => keys[act] === name);
}

/* Why this key cannot be given to this action: 'reader', 'browser', or the action that has
 * it; nothing when it can. */
export function conflict(keys, act, name) {
    if (readers.test(name)) return 'reader';
    if (browsers.has(name)) return 'browser';
    return Object.keys(keys).find((other) => other !== act && keys[other] === name);
}
