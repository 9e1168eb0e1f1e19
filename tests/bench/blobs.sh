#!/bin/bash
# 7. Pages of 200 KB into the repository and back over HTTPS, each durable when answered;
# beside them nginx: WebDAV PUT, the file and its folder flushed behind each, and its
# static files. One client that keeps its connection, a new process for each turn; ours and
# the peer turn about, each first every other time, and what counts is the median of what
# the turns say, as the disk has good and bad moments.
set -u
cd "$(dirname "$0")/../.."
. tests/bench/lib_bench.sh
count=200
turns=8
make -s OUT="$out" "$out/tests/bench/blob_client" || exit 1
installed nginx && installed openssl || { echo "# no nginx: nothing to compare with"; exit 1; }

port=$((21000 + $$ % 2000)) peer_port=$((23000 + $$ % 2000))
url=https://127.0.0.1:$port peer_url=https://127.0.0.1:$peer_port
pids=''
end() {
    for pid in $pids; do kill "$pid" 2>/dev/null; done
    wait
    rm -rf "$work"
}
trap end EXIT

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
# The same way for both: TLS 1.3 as they come, no questions before a body.
ask() { curl -s --http1.1 --cacert "$work/cert.pem" -H Expect: --fail-early -f "$@"; }

start_ours() {
    echo "password of the station" >"$work/password"
    "$juanku" repo init "$work/repo" --court 粤0399 >/dev/null
    "$juanku" repo user add "$work/repo" station --name 工位 --roles station --password-file "$work/password" >/dev/null
    printf '%s\n' "repo.dir = $work/repo" "http.listen = 127.0.0.1:$port" "http.tls_cert = $work/cert.pem" \
        "http.tls_key = $work/key.pem" >"$work/repod.conf"
    "$out/bin/juanku-repod" --config "$work/repod.conf" 2>"$work/repod.log" &
    pids="$pids $!"
    for ((turn = 0; turn < 200; turn++)); do ask -o /dev/null "$url/readyz" && break || sleep 0.05; done
    ask -d '{"login":"station","password":"password of the station"}' "$url/v1/session" | jq -r .token >"$work/token"
}
start_peer() {
    mkdir -p "$work/dav" "$work/tmp"
    cat >"$work/nginx.conf" <<CONF
user $(id -un) $(id -gn);
worker_processes 2;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { }
http {
    access_log off;
    sendfile on;
    keepalive_requests 100000;
    client_max_body_size 16m;
    client_body_temp_path $work/dav/.tmp;
    server {
        listen 127.0.0.1:$peer_port ssl;
        ssl_protocols TLSv1.3; # as ours; its preset leaves 1.3 out
        ssl_certificate $work/cert.pem;
        ssl_certificate_key $work/key.pem;
        root $work/dav;
        location / { dav_methods PUT; }
    }
}
CONF
    nginx -p "$work" -c "$work/nginx.conf" >"$work/nginx.said" 2>&1 &
    pids="$pids $!"
    for ((turn = 0; turn < 200; turn++)); do (exec 3<>"/dev/tcp/127.0.0.1/$peer_port") 2>/dev/null && break || sleep 0.05; done
}

# New pages, as a repository keeps the same bytes once.
make_pages() {
    rm -rf "$work/pages" && mkdir "$work/pages"
    head -c $((count * 200000)) /dev/urandom | split -b 200000 -a 4 -d - "$work/pages/p"
    (cd "$work/pages" && sha256sum p*) | awk '{ print $1, $2 }' >"$work/hashes"
    awk -v d="$work/pages" '{ print $1, d "/" $2 }' "$work/hashes" >"$work/list"
    awk -v u="$url" '{ printf "url = \"%s/v1/blobs/%s\"\noutput = /dev/null\n", u, $1 }' "$work/hashes" >"$work/get"
    awk -v u="$peer_url" '{ printf "url = \"%s/%s\"\noutput = /dev/null\n", u, $1 }' "$work/hashes" >"$work/peer.get"
}
with_token() { ask -H "Authorization: Bearer $(cat "$work/token")" "$@"; }
put() { JUANKU_TOKEN=$(cat "$work/token") "$out/tests/bench/blob_client" "$work/cert.pem" "$@"; }

put_ours() { put "$url/v1/blobs" "$work/list" >"$work/put.real"; }
put_peer() { put "$peer_url" "$work/list" "$work/dav" >"$work/peer_put.real"; }
get_ours() { measure get 1 with_token -K "$work/get"; }
get_peer() { measure peer_get 1 ask -K "$work/peer.get"; }
keep() { over "$2" "$3" >>"$work/$1.turns"; } # NAME A B: A over B of this turn
middle() { [ -s "$work/$1.turns" ] && median <"$work/$1.turns"; }

echo "7. $turns times $count pages of 200 KB over HTTPS, one client"
start_ours
start_peer
echo "$count" >"$work/count"
for ((lap = 0; lap < turns; lap++)); do
    make_pages
    if [ $((lap % 2)) = 0 ]; then put_ours && put_peer && get_ours && get_peer
    else put_peer && put_ours && get_peer && get_ours; fi || break
    for name in put peer_put get peer_get; do keep "$name" count "$name.real"; done
    keep put_ratio peer_put.real put.real
    keep get_ratio peer_get.real get.real
done
stored=$(find "$work/repo/blobs" -type f -size 200000c | wc -l)
figure 7 "pages that are in the repository, of $((count * turns))" "$stored" "pages" ">= $((count * turns))"
figure 7 "upload, each page durable" "$(middle put)" "pages/s"
figure 7 "nginx WebDAV PUT, each flushed" "$(middle peer_put)" "pages/s"
figure 7 "upload over nginx" "$(middle put_ratio)" "x" ">= 0.8"
figure 7 "download" "$(middle get)" "pages/s"
figure 7 "nginx, static files" "$(middle peer_get)" "pages/s"
figure 7 "download over nginx" "$(middle get_ratio)" "x" ">= 0.9"
