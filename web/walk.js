/* Which neighbour an arrow key means in a grid whose columns the style sheet decides.
 *
 * `boxes` are the rectangles of all cells in reading order, `at` the present one. Up and
 * down look for the nearest cell of another line that stands about below or above. */
function sameColumn(box, here) {
    return Math.abs(box.left - here.left) < here.width / 2;
}

export function neighbour(boxes, at, key) {
    const here = boxes[at];
    const last = boxes.length - 1;
    switch (key) {
    case 'ArrowRight':
        return Math.min(at + 1, last);
    case 'ArrowLeft':
        return Math.max(at - 1, 0);
    case 'Home':
        return 0;
    case 'End':
        return last;
    case 'ArrowDown': {
        const below = boxes.findIndex((box) => box.top >= here.top + here.height && sameColumn(box, here));
        return below < 0 ? last : below;
    }
    case 'ArrowUp': {
        const above = boxes.findLastIndex((box) => box.top + box.height <= here.top && sameColumn(box, here));
        return above < 0 ? 0 : above;
    }
    default:
        return undefined;
    }
}
