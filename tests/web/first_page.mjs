/* A reader on the wire: Chromium gets a volume from a server that counts its bytes and
 * stops for good after some of them. What is on the screen then?
 *
 *   node first_page.mjs LINEARISED.pdf TWIN.pdf MOST_BYTES
 *
 * The twin has the same pages, not linearised: it shows that the judge can say no. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { chromium } from 'playwright-core';

import { check, finish } from './tap.mjs';

const [, , good, twin, most] = process.argv;
const PIECE = 16384;
const INKED = 2000; /* pixels of print on a page that is drawn */

/* Answers ranges, and nothing more once `limit` bytes have gone out. */
function serve(file, limit) {
    const told = { sent: 0, ranges: [] };
    const server = createServer((request, reply) => {
        const asked = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
        const from = asked ? Number(asked[1]) : 0;
        const to = Math.min(asked?.[2] ? Number(asked[2]) : Infinity, file.length - 1);
        told.ranges.push(request.headers.range ?? 'all');
        reply.writeHead(asked ? 206 : 200, {
            'content-type': 'application/pdf', 'accept-ranges': 'bytes', 'content-length': to - from + 1,
            ...(asked && { 'content-range': `bytes ${from}-${to}/${file.length}` }),
        });
        let at = from;
        const more = () => {
            if (reply.destroyed || told.sent >= limit) return;
            if (at > to) { reply.end(); return; }
            const end = Math.min(at + PIECE, to + 1, at + limit - told.sent);
            told.sent += end - at;
            reply.write(file.subarray(at, end));
            at = end;
            setTimeout(more, 1);
        };
        more();
    });
    return new Promise((done) => server.listen(0, '127.0.0.1', () => done({ server, told, url: `http://127.0.0.1:${server.address().port}/volume.pdf` })));
}

/* How many pixels of the right half are print on paper: dark, on a line that is mostly light. */
async function inked(page, picture) {
    return page.evaluate(async (data) => {
        const image = await createImageBitmap(await (await fetch(data)).blob());
        const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
        canvas.drawImage(image, 0, 0);
        const left = Math.floor(image.width / 2), wide = image.width - left - 20;
        const { data: rgba } = canvas.getImageData(left, 60, wide, image.height - 60);
        let dark = 0;
        for (let row = 0; row < rgba.length; row += 4 * wide) {
            let ink = 0, paper = 0;
            for (let at = row; at < row + 4 * wide; at += 4) {
                if (rgba[at] < 90) ink++;
                if (rgba[at] > 200) paper++;
            }
            if (paper > wide / 2) dark += ink;
        }
        return dark;
    }, `data:image/png;base64,${picture.toString('base64')}`);
}

/* Chromium asks for parts of a PDF only when it is told to. */
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless=new', '--disable-gpu', '--enable-features=PdfIncrementalLoading,PdfPartialLoading'],
});

/* Until the page is drawn, or `patience` pictures, one each `pause` ms, showed nothing. */
async function show(path, patience, pause) {
    const file = readFileSync(path);
    const { server, told, url } = await serve(file, Number(most));
    const context = await browser.newContext({ viewport: { width: 900, height: 1100 } });
    const judge = await context.newPage(), page = await context.newPage();
    await page.goto(url, { waitUntil: 'commit' });
    let ink = 0;
    for (let i = 0; i < patience && ink < INKED; i++) {
        await page.waitForTimeout(pause);
        ink = await inked(judge, await page.screenshot());
    }
    server.closeAllConnections();
    server.close();
    await context.close();
    return { ink, told, size: file.length };
}

const seen = await show(good, 100, 300);
check(seen.ink >= INKED, `page 1 is drawn when ${seen.told.sent} of ${seen.size} bytes have come`, `${seen.ink} dark pixels; asked for ${seen.told.ranges.join(', ')}`);
console.log(`# ${(100 * seen.told.sent / seen.size).toFixed(1)} % of the file; asked for ${seen.told.ranges.join(', ')}`);
const other = await show(twin, 1, 1500);
check(other.ink < INKED, 'of a file that is not linearised nothing is drawn by then', `${other.ink} dark pixels`);
await browser.close();
finish();
