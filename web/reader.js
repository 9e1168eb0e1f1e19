/* The barcode reader, which is a keyboard that types a label and Enter.
 *
 * Outside of fields every key is collected, so nothing need have the focus. Inside a
 * field a run of keys faster than any hand is taken for the reader: it is removed from
 * the field again and told like any other. Keys that an input method swallows are read
 * from their place on the keyboard, because a reader types while Chinese input is on. */
import { cleanLabel, labelKind } from './label.js';

const HAND_GAP_MS = 50; /* slower than this inside a field: a person types */
const REST_MS = 1500; /* outside a field a half label is forgotten after this */
const KEEP = 40; /* longer than any label */

function isField(node) {
    if (node instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(node.type);
    return node instanceof HTMLTextAreaElement || node instanceof HTMLSelectElement;
}

export function keyOf(event) {
    if (event.key.length === 1) return cleanLabel(event.key);
    if (event.key !== 'Process') return '';
    return event.code.replace(/^(Key|Digit|Numpad)(?=.$)/, '');
}

export class Reader {
    /* told(text, kind): kind as labelKind() says, 'bad' included. */
    constructor(told) {
        this.told = told;
        this.text = '';
        this.last = 0;
        this.listener = (event) => this.press(event);
        window.addEventListener('keydown', this.listener, true);
    }

    close() {
        window.removeEventListener('keydown', this.listener, true);
    }

    press(event) {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (event.key === 'Enter') {
            this.enter(event);
            return;
        }
        const key = keyOf(event);
        if (key.length !== 1) return;
        const gap = event.timeStamp - this.last;
        this.last = event.timeStamp;
        if (gap > (isField(event.target) ? HAND_GAP_MS : REST_MS)) {
            this.text = '';
            this.before = event.target.value;
        }
        this.text = (this.text + key).slice(-KEEP);
    }

    enter(event) {
        const text = /[VMTSPBC]\d+$/.exec(this.text)?.[0] ?? '';
        this.text = '';
        const kind = text && labelKind(text);
        if (!kind) return;
        if (isField(event.target)) this.takeBack(event.target, text);
        event.preventDefault();
        event.stopPropagation();
        this.told(text, kind);
    }

    takeBack(field, text) {
        if (field.type === 'number') field.value = this.before ?? ''; /* which took the digits only */
        else if (cleanLabel(field.value).endsWith(text)) field.value = field.value.trimEnd().slice(0, -text.length);
        else return;
        field.dispatchEvent(new Event('input', { bubbles: true }));
    }
}
