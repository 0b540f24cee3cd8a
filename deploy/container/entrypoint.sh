#!/bin/sh
# A replica keeps its name for as long as its container lives, so that one that starts again is known to its hosts.
set -eu
export SERVICE_INSTANCE="${SERVICE_INSTANCE:-$(hostname)}"
exec "$@"
