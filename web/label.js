/* Labels as the reader types them: a letter, digits, two check digits (ISO 7064 MOD 97-10
 * over all digits). A label that fails its check is never believed, not even to ask the
 * server about it. */
const digitsOf = { V: 26, M: 26, T: 5, S: 10, P: 10, B: 12, C: 4 };

function remainder97(digits) {
    let rest = 0;
    for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
    return rest;
}

/* What was typed, in plain capital letters and digits. */
export function cleanLabel(text) {
    return text.normalize('NFKC').replace(/\s/g, '').toUpperCase();
}

/* 'V', 'S', … for a right label; 'bad' for one with wrong check digits; '' for other text. */
export function labelKind(text) {
    const kind = text[0] ?? '';
    if (!Object.hasOwn(digitsOf, kind)) return '';
    const digits = text.slice(1);
    if (!/^\d+$/.test(digits) || digits.length !== digitsOf[kind]) return '';
    return remainder97(digits) === 1 ? kind : 'bad';
}

/* S 01 001 007 cc → the parts as people say them. */
export function slotPlace(label) {
    return {
        site: Number(label.slice(1, 3)),
        rack: Number(label.slice(3, 6)),
        slot: Number(label.slice(6, 9)),
        rackId: label.slice(1, 6),
    };
}

/* A volume's label with its parts apart, easier on the eye. */
export function spacedLabel(label) {
    if (label?.[0] !== 'V') return label ?? '';
    const parts = [1, 7, 11, 15, 21, 22, 25].map((at, i, all) => label.slice(at, all[i + 1]));
    return `V ${parts.join(' ')}`;
}
