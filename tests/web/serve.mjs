/* A small HTTP server around a mock: the page's built files, the mock's answers, and its
 * events. Only for the tests of the pages. */
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', jpg: 'image/jpeg' };
const csp = "default-src 'self'; frame-ancestors 'none'";

function sendFile(response, file) {
    response.writeHead(200, { 'content-type': types[file.split('.').pop()], 'content-security-policy': csp });
    createReadStream(file).pipe(response);
}

async function bodyOf(request) {
    let text = '';
    for await (const piece of request) text += piece;
    return text ? JSON.parse(text) : {};
}

export function serve(mock, folder, streamPath) {
    const server = createServer(async (request, response) => {
        const { pathname, search } = new URL(request.url, 'http://x');
        if (pathname === streamPath) {
            response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
            response.write(': open\n\n');
            mock.streams.add(response);
            request.on('close', () => mock.streams.delete(response));
            return;
        }
        const file = join(folder, pathname === '/' ? 'index.html' : pathname);
        if (!/^\/(api|v1)\//.test(pathname) && existsSync(file)) {
            sendFile(response, file);
            return;
        }
        const answer = mock.answer(request.method, pathname + search, await bodyOf(request));
        if (answer.file) {
            sendFile(response, answer.file);
            return;
        }
        const status = answer.status ?? 200;
        const type = answer.text !== undefined ? 'text/plain; charset=utf-8' : status >= 400 ? 'application/problem+json' : 'application/json';
        response.writeHead(status, { 'content-type': type });
        response.end(answer.text ?? JSON.stringify(answer.json));
    });
    return new Promise((done) => {
        server.listen(0, '127.0.0.1', () => done({ server, base: `http://127.0.0.1:${server.address().port}` }));
    });
}
