/* Chromium as the judge: opens a page, takes it at two sizes, and holds each view against
 * axe-core (WCAG 2.2 AA), html-validate and a strict content security policy. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

import { root } from './here.mjs';
import { check } from './tap.mjs';

const out = join(root, process.env.OUT ?? 'out', 'web');
const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
const args = [
    '--no-sandbox', '--headless=new', '--disable-gpu', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--no-first-run', '--mute-audio',
];
const sizes = [[1280, 800], [1920, 1080]];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const valid = new HtmlValidate({
    extends: ['html-validate:recommended'],
    rules: { 'no-trailing-whitespace': 'off', 'attribute-boolean-style': 'off' }, /* a browser wrote this text */
});

mkdirSync(out, { recursive: true });

export const open = () => chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args,
});

/* A page that remembers what went wrong in it. */
export async function newPage(browser, base) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.troubles = [];
    page.on('pageerror', (error) => page.troubles.push(error.stack));
    page.on('console', (line) => {
        if (line.type() === 'error' && !/status of (401|403|404|409|422|423)/.test(line.text())) page.troubles.push(line.text());
    });
    page.on('request', (request) => {
        if (!request.url().startsWith(base)) page.troubles.push(`asked for ${request.url()}`);
    });
    await page.goto(base);
    return page;
}

export async function signIn(page, login, password) {
    await page.fill('#login', login);
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('header.bar');
}

/* What the reader does: a label and Enter, faster than a hand. */
export async function readLabel(page, label) {
    await page.keyboard.type(label);
    await page.keyboard.press('Enter');
}

async function violations(page) {
    await page.evaluate(axe);
    const answer = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), tags);
    return answer.violations.map((one) => `${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.target}: ${node.failureSummary}`).join('\n')}`);
}

/* Lit leaves comments behind; a validator should see the elements. */
async function faults(page) {
    const text = await page.evaluate(() => {
        const copy = document.documentElement.cloneNode(true);
        const walk = document.createTreeWalker(copy, NodeFilter.SHOW_COMMENT);
        const comments = [];
        while (walk.nextNode()) comments.push(walk.currentNode);
        for (const comment of comments) comment.remove();
        return copy.outerHTML;
    });
    const report = await valid.validateString(`<!DOCTYPE html>\n${text}`);
    return report.results.flatMap((one) => one.messages.map((line) => `${line.ruleId}: ${line.message} (${line.selector})`));
}

/* One view, judged and pictured. */
export async function judge(page, name, pictures = sizes) {
    const bad = await violations(page);
    check(!bad.length, `${name}: no accessibility violation`, bad.join('\n'));
    const wrong = await faults(page);
    check(!wrong.length, `${name}: valid HTML`, wrong.join('\n'));
    check(!page.troubles.length, `${name}: no script error, no outside address, no broken policy`, page.troubles.join('\n'));
    page.troubles.length = 0;
    for (const [width, height] of pictures) {
        await page.setViewportSize({ width, height });
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(120);
        await page.screenshot({ caret: 'initial', path: join(out, `${name}-${width}x${height}.png`) });
    }
    await page.setViewportSize({ width: 320, height: 640 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    check(wide <= 320, `${name}: nothing is lost sideways at 400 % zoom`, `${wide} pixels wide`);
    await page.setViewportSize({ width: 1280, height: 800 });
}
