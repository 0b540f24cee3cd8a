#!/bin/bash
# Healthy means ready: the process lives and has what it needs to work. In bash alone, because a Node of its own for each
# check would cost more than the service that it checks. Says why not, for `docker inspect`.
set -u
url="${HEALTH_URL:-http://127.0.0.1:${HEALTH_PORT}/readyz}"
place="${url#http://}"
address="${place%%/*}"
exec 3<>"/dev/tcp/${address%:*}/${address##*:}" || exit 1
printf 'GET /%s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n' "${place#*/}" "$address" >&3
IFS= read -r -t 8 status <&3 || exit 1
case "$status" in
  *' 200 '*) exit 0 ;;
esac
# Behind the headers stands what is waited for.
while IFS= read -r -t 2 line <&3; do [ "$line" = $'\r' ] && break; done
head -c 500 <&3
exit 1
