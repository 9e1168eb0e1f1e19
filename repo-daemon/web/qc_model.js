/* What quality control concludes, without any drawing: which pictures are still to be
 * looked at, and what the verdict would be. A picture is known by feeding and place. */

export const keyOfPicture = (picture) => `${picture.batch}/${picture.image}`;

/* Those that have to be looked at, in the order of feeding. */
export function lookList(pictures) {
    return pictures.filter((one) => one.why.length);
}

/* `seen`: a set of keys; `rejects`: key → {code, text}. */
export function progress(pictures, seen, rejects) {
    const list = lookList(pictures);
    const left = list.filter((one) => !seen.has(keyOfPicture(one)) && !rejects.has(keyOfPicture(one)));
    return { all: list.length, left: left.length, rejected: rejects.size, next: left[0] };
}

/* The body of the verdict; undefined while there is none to be given. */
export function verdict(volume, seen, rejects) {
    const { left, rejected } = progress(volume.pictures, seen, rejects);
    if (rejected)
        return {
            result: 'reject', version: volume.version,
            rejects: volume.pictures.filter((one) => rejects.has(keyOfPicture(one)))
                .map((one) => ({ batch: one.batch, image: one.image, ...rejects.get(keyOfPicture(one)) })),
        };
    if (left) return undefined;
    return {
        result: 'pass', version: volume.version,
        looked: lookList(volume.pictures).map(({ batch, image }) => ({ batch, image })),
    };
}
